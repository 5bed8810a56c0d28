// NVIDIA's driver, opened at run time: the program builds and links on machines that have neither driver nor toolkit.
// Every call is checked; a failure names the call, the status and what was being done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace cuda {

// The driver's types, as cuda.h declares them.
using Status = int;
using Device = int;
using Address = unsigned long long;
using Context = struct CUctx_st*;
using Module = struct CUmod_st*;
using Function = struct CUfunc_st*;
using Stream = struct CUstream_st*;
using Event = struct CUevent_st*;
using Graph = struct CUgraph_st*;
using GraphExec = struct CUgraphExec_st*;

constexpr Status SUCCESS = 0;

// Numbers of cuda.h's enums.
enum DeviceAttribute : int {
    CLOCK_KHZ = 13,
    MULTIPROCESSORS = 16,
    MEMORY_CLOCK_KHZ = 36,
    L2_BYTES = 38,
    CAPABILITY_MAJOR = 75,
    CAPABILITY_MINOR = 76,
    SHARED_BYTES_OPTIN = 97,
};
enum FunctionAttribute : int { SHARED_BYTES = 1, LOCAL_BYTES = 3, REGISTERS = 4, MAX_DYNAMIC_SHARED_BYTES = 8 };
enum JitOption : int { INFO_LOG = 3, INFO_LOG_BYTES = 4, ERROR_LOG = 5, ERROR_LOG_BYTES = 6 };

class Error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

[[noreturn]] void fail(const char* call, Status status, const std::string& doing);

// One entry point. Calling it checks the status; `doing` goes into the message.
template <class... P>
struct Call {
    const char* name;
    Status (*entry)(P...) = nullptr;

    void operator()(P... arguments) const {
        checked("", arguments...);
    }

    void checked(const std::string& doing, P... arguments) const {
        if (const Status status = entry(arguments...); status != SUCCESS) {
            fail(name, status, doing);
        }
    }
};

struct Driver {
    Call<unsigned> init{"cuInit"};
    Call<int*> driver_version{"cuDriverGetVersion"};
    Call<Device*, int> device_get{"cuDeviceGet"};
    Call<char*, int, Device> device_name{"cuDeviceGetName"};
    Call<char*, int, Device> device_bus_id{"cuDeviceGetPCIBusId"};
    Call<int*, int, Device> device_attribute{"cuDeviceGetAttribute"};
    Call<size_t*, Device> device_memory{"cuDeviceTotalMem_v2"};
    Call<Context*, Device> primary_context{"cuDevicePrimaryCtxRetain"};
    Call<Context> set_context{"cuCtxSetCurrent"};
    Call<> synchronize{"cuCtxSynchronize"};
    Call<Module*, const void*, unsigned, int*, void**> load_module{"cuModuleLoadDataEx"};
    Call<Function*, Module, const char*> get_function{"cuModuleGetFunction"};
    Call<int*, int, Function> function_attribute{"cuFuncGetAttribute"};
    Call<Function, int, int> set_function_attribute{"cuFuncSetAttribute"};
    Call<Function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, Stream, void**, void**> launch{
        "cuLaunchKernel"};
    Call<Address*, size_t> allocate{"cuMemAlloc_v2"};
    Call<Address> release{"cuMemFree_v2"};
    Call<Address, unsigned char, size_t> fill{"cuMemsetD8_v2"};
    Call<Address, unsigned char, size_t, Stream> fill_async{"cuMemsetD8Async"};
    Call<Address, const void*, size_t> upload{"cuMemcpyHtoD_v2"};
    Call<void*, Address, size_t> download{"cuMemcpyDtoH_v2"};
    Call<Event*, unsigned> create_event{"cuEventCreate"};
    Call<Event> destroy_event{"cuEventDestroy_v2"};
    Call<Event, Stream> record_event{"cuEventRecord"};
    Call<Event> wait_for_event{"cuEventSynchronize"};
    Call<float*, Event, Event> elapsed_milliseconds{"cuEventElapsedTime"};
    Call<Stream*, unsigned> create_stream{"cuStreamCreate"};
    Call<Stream> destroy_stream{"cuStreamDestroy_v2"};
    Call<Stream, Event, unsigned> wait_in_stream{"cuStreamWaitEvent"};
    Call<Stream, int> begin_capture{"cuStreamBeginCapture_v2"};
    Call<Stream, Graph*> end_capture{"cuStreamEndCapture"};
    Call<GraphExec*, Graph, unsigned long long> instantiate_graph{"cuGraphInstantiateWithFlags"};
    Call<GraphExec, Stream> launch_graph{"cuGraphLaunch"};
    Call<GraphExec> destroy_graph_exec{"cuGraphExecDestroy"};
    Call<Graph> destroy_graph{"cuGraphDestroy"};
};

// The driver, initialised, with the first device's primary context current: NVIDIA's libraries use the same one.
const Driver& driver();
Device device();
int attribute(DeviceAttribute attribute);

}  // namespace cuda
