# NVIDIA's headers for the comparison with cuRAND: from a toolkit, or from the Python packages that carry its parts.
# Sets CURAND_INCLUDE_DIR, CUDA_INCLUDE_DIR; library curand_host, if both are found.
find_package(Python3 COMPONENTS Interpreter QUIET)
set(NVIDIA_PYTHON_FOLDERS "")
if(Python3_FOUND)
    execute_process(
        COMMAND ${Python3_EXECUTABLE} -c "
import glob, importlib.util
spec = importlib.util.find_spec('nvidia')
print(';'.join(sorted(folder for base in (spec.submodule_search_locations if spec else [])
                      for folder in glob.glob(base + '/*/include'))))"
        OUTPUT_VARIABLE NVIDIA_PYTHON_FOLDERS OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
set(NVIDIA_INCLUDE_HINTS $ENV{CUDA_HOME}/include $ENV{CUDA_PATH}/include /usr/local/cuda/include ${NVIDIA_PYTHON_FOLDERS})
find_path(CURAND_INCLUDE_DIR curand_kernel.h HINTS ${NVIDIA_INCLUDE_HINTS})
find_path(CUDA_INCLUDE_DIR cuda_runtime.h HINTS ${NVIDIA_INCLUDE_HINTS})

if(CURAND_INCLUDE_DIR AND CUDA_INCLUDE_DIR)
    set(PERNODEDROP_CURAND_ON_HOST 1)
    add_library(curand_host OBJECT ${CMAKE_CURRENT_LIST_DIR}/curand_host.cpp)
    target_include_directories(curand_host SYSTEM PRIVATE
        ${CURAND_INCLUDE_DIR} ${CUDA_INCLUDE_DIR} ${CUDA_INCLUDE_DIR}/cccl)
else()
    set(PERNODEDROP_CURAND_ON_HOST 0)
    message(STATUS "SKIPPED: the comparison with cuRAND; curand_kernel.h and cuda_runtime.h were not both found "
        "(-DCURAND_INCLUDE_DIR and -DCUDA_INCLUDE_DIR name their folders)")
endif()
