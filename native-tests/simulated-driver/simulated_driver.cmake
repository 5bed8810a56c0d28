# A CUDA device that is a CPU, for tests of what calls CUDA: libcuda.so.1, libcublas.so.12 and libcurand.so.10 in
# <build>/simulated-driver, with the project's kernels inside.

if(NOT (CMAKE_SYSTEM_NAME STREQUAL Linux AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$"))
    message(STATUS "SKIPPED: the simulated device is built only on Linux on x86-64, where JCuda has natives for it")
    return()
endif()

set(SIMULATED_DRIVER ${CMAKE_CURRENT_BINARY_DIR}/simulated-driver)

# Each name that JCuda imports and nothing else defines fails with `status`; without that, calling one ends the program.
function(write_stubs file symbols status)
    file(READ ${symbols} names)
    string(REGEX MATCHALL "[^ \n]+" names "${names}")
    set(text "// Generated from ${symbols}.\n")
    foreach(name IN LISTS names)
        string(APPEND text
            "extern \"C\" __attribute__((weak, visibility(\"default\"))) int ${name}() { return ${status}; }\n")
    endforeach()
    file(CONFIGURE OUTPUT ${file} CONTENT "${text}" @ONLY)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${symbols})
endfunction()

# Named as NVIDIA's; only what is marked is visible.
function(add_simulated_library name version status)
    set(folder ${CMAKE_CURRENT_SOURCE_DIR}/simulated-driver)
    set(stubs ${CMAKE_CURRENT_BINARY_DIR}/${name}_stubs.cpp)
    write_stubs(${stubs} ${folder}/${name}_symbols.txt ${status})
    add_library(simulated_${name} SHARED ${stubs} ${ARGN})
    target_include_directories(simulated_${name} PRIVATE ${REPOSITORY}/cuda emulation device simulated-driver)
    target_compile_options(simulated_${name} PRIVATE ${PLAIN_FLAGS} ${WARNINGS} -ffp-contract=off -fno-math-errno)
    target_link_libraries(simulated_${name} PRIVATE Threads::Threads)
    set_target_properties(simulated_${name} PROPERTIES
        OUTPUT_NAME ${name} VERSION ${version} SOVERSION ${version} LIBRARY_OUTPUT_DIRECTORY ${SIMULATED_DRIVER}
        CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
        BUILD_RPATH "$ORIGIN" BUILD_RPATH_USE_ORIGIN ON)
endfunction()

# What is visible; `version` in front of the braces, or nothing. JCuda asks for cuBLAS' and cuRAND's symbols with the
# version that NVIDIA's have, the library's name.
function(show_symbols name version symbols)
    set(map ${CMAKE_CURRENT_BINARY_DIR}/${name}.map)
    file(CONFIGURE OUTPUT ${map} CONTENT "${version} { global: ${symbols} local: *; };\n" @ONLY)
    target_link_options(simulated_${name} PRIVATE -Wl,--version-script,${map})
    set_property(TARGET simulated_${name} APPEND PROPERTY LINK_DEPENDS ${map})
endfunction()

file(GLOB SIMULATED_CUDA CONFIGURE_DEPENDS simulated-driver/*.cpp)
list(FILTER SIMULATED_CUDA EXCLUDE REGEX "/(gemm|cublas|cublas_products|curand)\\.cpp$")
add_simulated_library(cuda 1 801 ${SIMULATED_CUDA} device/ptx_kernels.cpp
    $<TARGET_OBJECTS:library_kernels> $<TARGET_OBJECTS:emulation_objects>)
add_simulated_library(cublas 12 15 simulated-driver/cublas.cpp simulated-driver/cublas_products.cpp
    simulated-driver/gemm.cpp)
add_simulated_library(curand 10 999 simulated-driver/curand.cpp)
target_link_libraries(simulated_cublas PRIVATE simulated_cuda)
target_compile_definitions(simulated_cublas PRIVATE SIMULATED_CUBLAS_VERSION=120600)
target_link_libraries(simulated_curand PRIVATE simulated_cuda)
show_symbols(cuda "" "cu*; simulated_*;")
show_symbols(cublas libcublas.so.12 "cublas*;")
show_symbols(curand libcurand.so.10 "curand*;")
set_source_files_properties(simulated-driver/curand.cpp PROPERTIES COMPILE_OPTIONS "${KERNEL_FLAGS}")
set_source_files_properties(simulated-driver/gemm.cpp PROPERTIES
    COMPILE_OPTIONS "-O3;-ffp-contract=fast;$<$<BOOL:${PROCESSOR_HAS_FMA}>:-mfma>;-Wno-psabi")

add_custom_target(simulated_driver DEPENDS simulated_cuda simulated_cublas simulated_curand)
