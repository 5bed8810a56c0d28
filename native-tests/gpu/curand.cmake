# NVIDIA's headers for the comparison with cuRAND: from a toolkit, or from the Python packages that carry its parts.
# Sets CURAND_INCLUDE_DIR, CUDA_INCLUDE_DIR, PERNODEDROP_CURAND_ON_HOST; library curand_host, if the header works for
# it.
find_program(PYTHON3 python3)
set(NVIDIA_PYTHON_FOLDERS "")
if(PYTHON3)
    execute_process(
        COMMAND ${PYTHON3} -c "
import glob, importlib.util
spec = importlib.util.find_spec('nvidia')
print(';'.join(sorted(folder for base in (spec.submodule_search_locations if spec else [])
                      for folder in glob.glob(base + '/*/include'))))"
        OUTPUT_VARIABLE NVIDIA_PYTHON_FOLDERS OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
set(NVIDIA_INCLUDE_HINTS $ENV{CUDA_HOME}/include $ENV{CUDA_PATH}/include /usr/local/cuda/include ${NVIDIA_PYTHON_FOLDERS})
find_path(CURAND_INCLUDE_DIR curand_kernel.h HINTS ${NVIDIA_INCLUDE_HINTS})
find_path(CUDA_INCLUDE_DIR cuda_runtime.h HINTS ${NVIDIA_INCLUDE_HINTS})

set(PERNODEDROP_CURAND_ON_HOST 0)
if(CURAND_INCLUDE_DIR AND CUDA_INCLUDE_DIR)
    set(NVIDIA_INCLUDE_DIRS ${CURAND_INCLUDE_DIR} ${CUDA_INCLUDE_DIR} ${CUDA_INCLUDE_DIR}/cccl)
    set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
    try_compile(CURAND_COMPILES_ON_HOST ${CMAKE_CURRENT_BINARY_DIR}/curand_host SOURCES ${CMAKE_CURRENT_LIST_DIR}/curand_host.cpp
        CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${NVIDIA_INCLUDE_DIRS}"
        CXX_STANDARD 17 OUTPUT_VARIABLE CURAND_HOST_LOG)
    unset(CMAKE_TRY_COMPILE_TARGET_TYPE)
    if(CURAND_COMPILES_ON_HOST)
        set(PERNODEDROP_CURAND_ON_HOST 1)
        add_library(curand_host OBJECT ${CMAKE_CURRENT_LIST_DIR}/curand_host.cpp)
        target_include_directories(curand_host SYSTEM PRIVATE ${NVIDIA_INCLUDE_DIRS})
    else()
        message(STATUS "SKIPPED: the comparison with cuRAND on the CPU; ${CURAND_INCLUDE_DIR}/curand_kernel.h does not compile")
        message(STATUS "${CURAND_HOST_LOG}")
    endif()
else()
    message(STATUS "SKIPPED: the comparison with cuRAND; curand_kernel.h and cuda_runtime.h were not both found "
        "(-DCURAND_INCLUDE_DIR and -DCUDA_INCLUDE_DIR name their folders)")
endif()
