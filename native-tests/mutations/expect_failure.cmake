# Runs the TESTS of a PROGRAM that has a planted fault, with threads in each order until some test fails. Succeeds if
# one does, by an assertion or by an error that the emulation found: not by a crash, and not for want of a kernel.
cmake_minimum_required(VERSION 3.21)

foreach(order forwards backwards shuffled)
    execute_process(
        COMMAND ${CMAKE_COMMAND} -E env PERNODEDROP_THREAD_ORDER=${order} PERNODEDROP_SHAPE_STEP=13
                ${PROGRAM} --gtest_filter=${TESTS} --gtest_fail_fast
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(output MATCHES "there is no kernel")
        message(FATAL_ERROR "The fault's KERNELS must hold all that its TESTS ${TESTS} launch:\n${output}")
    endif()
    if(NOT output MATCHES "\\[ RUN      \\]")
        message(FATAL_ERROR "The fault's TESTS must match some test: ${TESTS}\n${output}")
    endif()
    if(status EQUAL 0)
        continue()
    endif()
    if(NOT output MATCHES "\\[  FAILED  \\]")
        message(FATAL_ERROR "The tests must fail, and the program ended with status ${status}:\n${output}")
    endif()
    string(REGEX MATCH "\\[  FAILED  \\] [^ ]+" failure "${output}")
    message("Found with threads ${order}: ${failure}")
    return()
endforeach()
message(FATAL_ERROR "No test noticed the fault: ${TESTS}")
