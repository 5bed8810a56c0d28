# What takes too long for every build: the suite under sanitizers and in other orders of threads, the GPU script, and the
# planted faults.

# The emulation itself and the reference are left as they are, for speed; the emulation tells the sanitizer what it must
# know.
add_emulated_kernels(sanitized_kernels SANITIZED_FLAGS ${REPOSITORY}/cuda ${ALL_KERNELS})
add_host_objects(sanitized_objects SANITIZED_FLAGS ${ALL_TESTS})
add_host_objects(sanitized_emulation PLAIN_FLAGS ${EMULATION_SOURCES} ${REFERENCE_SOURCES})
target_compile_definitions(sanitized_emulation PRIVATE EMULATION_ADDRESS_SANITIZER)
add_test_program(sanitized SANITIZED_FLAGS sanitized_kernels sanitized_objects sanitized_emulation)
foreach(order forwards backwards shuffled)
    add_suite(sanitized ${order} 20 97 1)
endforeach()

# The emulation's own tests once more: itself sanitized, and with the stacks that are used where no faster ones are
# written.
add_emulated_kernels(portable_kernels SANITIZED_FLAGS ${REPOSITORY}/cuda ${EMULATION_TEST_KERNELS})
add_host_objects(portable_objects SANITIZED_FLAGS ${EMULATION_TESTS} device/device_emulated.cpp ${EMULATION_SOURCES})
target_compile_definitions(portable_objects PRIVATE EMULATION_PORTABLE_FIBERS)
add_test_program(portable SANITIZED_FLAGS portable_kernels portable_objects)
add_suite(portable shuffled 1 1 1)

if(CMAKE_SYSTEM_NAME STREQUAL Linux)
    # The script that does all this on a machine with a GPU, with stand-ins for what only such a machine has.
    add_test(NAME gpu.check COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/gpu/check_test.sh)
    set_tests_properties(gpu.check PROPERTIES TIMEOUT 120)
endif()
add_test(NAME run COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/run_test.sh)
set_tests_properties(run PROPERTIES TIMEOUT 120)
include(mutations/mutations.cmake)
include(mutations/planted_faults.cmake)
