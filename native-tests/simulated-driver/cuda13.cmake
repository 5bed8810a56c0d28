# What a machine with only CUDA 13 has, in <build>/simulated-cuda13: the simulated cuBLAS as libcublas.so.13, and beside it
# the library that forwards to it the names of CUDA 12.

if(NOT TARGET simulated_driver)
    return()
endif()

set(SIMULATED_CUDA13 ${CMAKE_CURRENT_BINARY_DIR}/simulated-cuda13)
set(CUBLAS13_MAP ${CMAKE_CURRENT_BINARY_DIR}/cublas13.map)
file(CONFIGURE OUTPUT ${CUBLAS13_MAP} CONTENT "libcublas.so.13 { global: cublas*; local: *; };\n" @ONLY)

add_library(simulated_cublas13 SHARED $<TARGET_PROPERTY:simulated_cublas,SOURCES>)
foreach(property INCLUDE_DIRECTORIES COMPILE_OPTIONS LINK_LIBRARIES)
    set_property(TARGET simulated_cublas13 PROPERTY ${property} $<TARGET_PROPERTY:simulated_cublas,${property}>)
endforeach()
target_compile_definitions(simulated_cublas13 PRIVATE SIMULATED_CUBLAS_VERSION=130000)
target_link_options(simulated_cublas13 PRIVATE -Wl,--version-script,${CUBLAS13_MAP})
set_target_properties(simulated_cublas13 PROPERTIES
    OUTPUT_NAME cublas VERSION 13 SOVERSION 13 LIBRARY_OUTPUT_DIRECTORY ${SIMULATED_CUDA13}
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)

set(FORWARDING ${REPOSITORY}/cuda/cublas-forwarding)
add_custom_command(OUTPUT ${SIMULATED_CUDA13}/libcublas-forwarding.so
    COMMAND ${FORWARDING}/build.sh ${SIMULATED_CUDA13}
    DEPENDS ${FORWARDING}/build.sh ${FORWARDING}/forwarding.c ${FORWARDING}/names.txt
    VERBATIM)
add_custom_target(simulated_cuda13 ALL DEPENDS simulated_cublas13 ${SIMULATED_CUDA13}/libcublas-forwarding.so)
