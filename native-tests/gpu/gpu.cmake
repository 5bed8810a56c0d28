# The tests on this machine's GPU, and the timing program: g++ builds them, the driver compiles the committed PTX, and
# nvcc is needed only for the kernels that the tests bring along.
find_program(NVCC nvcc HINTS $ENV{CUDA_HOME}/bin $ENV{CUDA_PATH}/bin /usr/local/cuda/bin REQUIRED)

set(GPU_FOLDER ${CMAKE_CURRENT_LIST_DIR})
set(TEST_PTX_DIR ${CMAKE_CURRENT_BINARY_DIR}/ptx)
file(MAKE_DIRECTORY ${TEST_PTX_DIR})
file(GLOB TEST_KERNELS CONFIGURE_DEPENDS tests/*.cu)
list(APPEND TEST_KERNELS ${GPU_FOLDER}/ffma_peak.cu ${GPU_FOLDER}/instruction_rates.cu)
set(NVCC_FLAGS -ptx -O3 -std=c++17 -arch=compute_80 -I ${REPOSITORY}/cuda)
file(GLOB CUDA_HEADERS CONFIGURE_DEPENDS ${REPOSITORY}/cuda/*.cuh ${GPU_FOLDER}/*.cuh ${GPU_FOLDER}/instruction_rates.h)
# As in cuda/build-ptx.sh, so that drivers older than the toolkit load it: `version` of PTX, without a hint that is newer.
function(lower_ptx_command result ptx version)
    set(${result} sed -i -e "s/^\\.version .*/.version ${version}/" -e "/used_bytes_mask/d" ${ptx} PARENT_SCOPE)
endfunction()
foreach(source IN LISTS TEST_KERNELS)
    get_filename_component(name ${source} NAME_WE)
    set(ptx ${TEST_PTX_DIR}/${name}.ptx)
    lower_ptx_command(lower ${ptx} 7.8)
    add_custom_command(
        OUTPUT ${ptx}
        COMMAND ${NVCC} ${NVCC_FLAGS} -o ${ptx} ${source}
        COMMAND ${lower}
        DEPENDS ${source} ${CUDA_HEADERS}
        VERBATIM)
    list(APPEND TEST_PTX ${ptx})
endforeach()
add_custom_target(test_ptx DEPENDS ${TEST_PTX})

# Compiled here and now: a header that nvcc refuses must not keep the other tests from running.
set(PERNODEDROP_CURAND_ON_GPU 0)
file(REMOVE ${TEST_PTX_DIR}/curand_comparison.ptx)
if(CURAND_INCLUDE_DIR)
    execute_process(
        COMMAND ${NVCC} ${NVCC_FLAGS} -isystem ${CURAND_INCLUDE_DIR} -o ${TEST_PTX_DIR}/curand_comparison.ptx
            ${GPU_FOLDER}/curand_comparison.cu
        RESULT_VARIABLE status OUTPUT_VARIABLE log ERROR_VARIABLE log)
    if(status EQUAL 0)
        set(PERNODEDROP_CURAND_ON_GPU 1)
    else()
        message(STATUS "SKIPPED: the comparison with cuRAND on the GPU; nvcc says: ${log}")
    endif()
endif()

# Older toolkits do not know ordered metadata.
lower_ptx_command(lower ${TEST_PTX_DIR}/instruction_rates_ordered.ptx 8.5)
execute_process(
    COMMAND ${NVCC} ${NVCC_FLAGS} -o ${TEST_PTX_DIR}/instruction_rates_ordered.ptx
        ${GPU_FOLDER}/instruction_rates_ordered.cu
    RESULT_VARIABLE status OUTPUT_VARIABLE log ERROR_VARIABLE log)
if(status EQUAL 0)
    execute_process(COMMAND ${lower})
else()
    file(REMOVE ${TEST_PTX_DIR}/instruction_rates_ordered.ptx)
    message(STATUS "SKIPPED: the rates of mma.sp::ordered_metadata; nvcc says: ${log}")
endif()

# Not errors: compilers differ, and here the tests must run.
set(GPU_WARNINGS -Wall -Wextra)

# Facts and plans of the kernels, for what launches them.
set(PLANS ${GPU_FOLDER}/plans.cpp device/connection.cpp device/multi_position.cpp device/kernel_facts.cpp)
add_compile_definitions(
    PERNODEDROP_PTX_DIR="${PERNODEDROP_PTX_DIR}"
    PERNODEDROP_PLANS="${REPOSITORY}/src/test/resources/org/pernodedrop/kernels/cuda")

add_library(cuda_device OBJECT
    device/cuda_driver.cpp device/cuda_kernels.cpp device/device_cuda.cpp device/ptx_kernels.cpp)
target_include_directories(cuda_device PRIVATE device emulation)
target_compile_options(cuda_device PRIVATE -O2 ${GPU_WARNINGS})
target_compile_definitions(cuda_device PRIVATE PERNODEDROP_PTX_FOLDERS="${PERNODEDROP_PTX_DIR}:${TEST_PTX_DIR}")

add_executable(gpu_tests
    ${TEST_SOURCES} ${GPU_FOLDER}/device_cuda_test.cpp ${REFERENCE_SOURCES} device/connection.cpp device/multi_position.cpp
    device/kernel_facts.cpp $<TARGET_OBJECTS:cuda_device>)
target_include_directories(gpu_tests PRIVATE ${REPOSITORY}/cuda emulation device reference tests)
target_compile_options(gpu_tests PRIVATE -O2 ${GPU_WARNINGS} -ffp-contract=off)
target_compile_definitions(gpu_tests PRIVATE
    KNOWN_ANSWERS="${KNOWN_ANSWERS}"
    PERNODEDROP_CURAND_ON_HOST=${PERNODEDROP_CURAND_ON_HOST}
    PERNODEDROP_CURAND_ON_GPU=${PERNODEDROP_CURAND_ON_GPU})
target_link_libraries(gpu_tests PRIVATE GTest::gtest GTest::gtest_main Threads::Threads ${CMAKE_DL_LIBS})
if(TARGET curand_host)
    target_sources(gpu_tests PRIVATE $<TARGET_OBJECTS:curand_host>)
endif()
add_dependencies(gpu_tests test_ptx)
add_test(NAME gpu COMMAND gpu_tests --gtest_brief=1)

# A program that times kernels.
function(add_timing name)
    add_executable(${name}
        ${GPU_FOLDER}/${name}.cpp ${GPU_FOLDER}/clocks.cpp ${GPU_FOLDER}/cublas.cpp ${GPU_FOLDER}/cuda_timer.cpp
        ${GPU_FOLDER}/layer_operands.cpp ${ARGN} ${PLANS} reference/mask.cpp reference/philox.cpp
        $<TARGET_OBJECTS:cuda_device>)
    target_include_directories(${name} PRIVATE ${REPOSITORY}/cuda emulation device reference)
    target_compile_options(${name} PRIVATE -O2 ${GPU_WARNINGS} -ffp-contract=off)
    target_link_libraries(${name} PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
    add_dependencies(${name} test_ptx)
endfunction()

add_timing(kernel_timing ${GPU_FOLDER}/connection_timing.cpp ${GPU_FOLDER}/step_graph.cpp ${GPU_FOLDER}/timing_results.cpp)
add_timing(multi_position_timing)

# Beside its emulation.
set(RATE_KERNELS ${GPU_FOLDER}/instruction_rates.cu ${GPU_FOLDER}/instruction_rates_ordered.cu)
set_source_files_properties(${RATE_KERNELS} PROPERTIES LANGUAGE CXX)
add_emulated_kernels(rate_kernels PLAIN_FLAGS ${REPOSITORY}/cuda ${RATE_KERNELS} ${GPU_FOLDER}/sparse_emulation.cpp)
add_executable(instruction_rates
    ${GPU_FOLDER}/instruction_rates.cpp ${GPU_FOLDER}/clocks.cpp reference/mask.cpp reference/philox.cpp
    $<TARGET_OBJECTS:cuda_device> $<TARGET_OBJECTS:rate_kernels> $<TARGET_OBJECTS:emulation_objects>)
target_include_directories(instruction_rates PRIVATE ${REPOSITORY}/cuda emulation device reference)
target_compile_options(instruction_rates PRIVATE -O2 ${GPU_WARNINGS} -ffp-contract=off)
target_link_libraries(instruction_rates PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
add_dependencies(instruction_rates test_ptx)

# The programs on a CPU: a simulated device that has the kernels they bring along, in <build>/simulated-gpu.
if(TARGET simulated_cuda)
    set_source_files_properties(${GPU_FOLDER}/ffma_peak.cu PROPERTIES LANGUAGE CXX)
    add_emulated_kernels(timed_kernels PLAIN_FLAGS ${REPOSITORY}/cuda ${GPU_FOLDER}/ffma_peak.cu)
    set_target_properties(rate_kernels timed_kernels PROPERTIES POSITION_INDEPENDENT_CODE ON)
    add_library(simulated_gpu SHARED EXCLUDE_FROM_ALL
        ${SIMULATED_CUDA} ${CMAKE_CURRENT_BINARY_DIR}/cuda_stubs.cpp device/ptx_kernels.cpp
        $<TARGET_OBJECTS:library_kernels> $<TARGET_OBJECTS:rate_kernels> $<TARGET_OBJECTS:timed_kernels>
        $<TARGET_OBJECTS:emulation_objects>)
    target_include_directories(simulated_gpu PRIVATE ${REPOSITORY}/cuda emulation device simulated-driver)
    target_compile_options(simulated_gpu PRIVATE ${PLAIN_FLAGS} -ffp-contract=off -fno-math-errno)
    target_link_libraries(simulated_gpu PRIVATE Threads::Threads)
    set_target_properties(simulated_gpu PROPERTIES OUTPUT_NAME cuda VERSION 1 SOVERSION 1
        LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/simulated-gpu)
endif()
