# Tests of the tests: for each planted fault, the kernels are compiled from a copy of cuda/ that has it, linked to the
# same tests, and those must fail.

function(planted_fault name)
    cmake_parse_arguments(PARSE_ARGV 1 FAULT "" "FILE;ORIGINAL;REPLACEMENT;TESTS" "KERNELS")
    foreach(argument FILE ORIGINAL REPLACEMENT TESTS KERNELS)
        if("${FAULT_${argument}}" STREQUAL "")
            message(FATAL_ERROR "planted_fault needs ${argument}: ${name}")
        endif()
    endforeach()
    set(directory ${CMAKE_CURRENT_BINARY_DIR}/mutants/${name})
    file(GENERATE OUTPUT ${directory}/original.txt CONTENT "${FAULT_ORIGINAL}")
    file(GENERATE OUTPUT ${directory}/replacement.txt CONTENT "${FAULT_REPLACEMENT}")

    file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${REPOSITORY}/cuda
        ${REPOSITORY}/cuda/*.cu ${REPOSITORY}/cuda/*.cuh ${REPOSITORY}/cuda/*.h)
    list(TRANSFORM sources PREPEND ${directory}/cuda/ OUTPUT_VARIABLE copies)
    list(TRANSFORM sources PREPEND ${REPOSITORY}/cuda/ OUTPUT_VARIABLE originals)
    add_custom_command(
        OUTPUT ${copies}
        COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DFAULT=${directory} -DFILE=${FAULT_FILE} -DCUDA=${REPOSITORY}/cuda
                "-DSOURCES=${sources}" -P ${CMAKE_CURRENT_SOURCE_DIR}/mutations/plant.cmake
        DEPENDS ${originals} ${directory}/original.txt ${directory}/replacement.txt
                ${CMAKE_CURRENT_SOURCE_DIR}/mutations/plant.cmake
        COMMENT "Planting fault ${name}"
        VERBATIM)
    set(kernels)
    foreach(kernel IN LISTS FAULT_KERNELS)
        if(kernel IN_LIST sources)
            list(APPEND kernels ${directory}/cuda/${kernel})
        else()
            list(APPEND kernels ${CMAKE_CURRENT_SOURCE_DIR}/tests/${kernel})
        endif()
    endforeach()
    list(FILTER copies EXCLUDE REGEX "\\.cu$")  # only headers; kernels that are not wanted are not compiled
    set_source_files_properties(${kernels} PROPERTIES LANGUAGE CXX)
    add_emulated_kernels(mutant_${name}_kernels MUTANT_FLAGS ${directory}/cuda ${kernels} ${copies})
    add_test_program(mutant_${name} PLAIN_FLAGS mutant_${name}_kernels emulation_objects plain_objects)
    add_test(NAME mutant.${name}
        COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:mutant_${name}> -DTESTS=${FAULT_TESTS}
                -P ${CMAKE_CURRENT_SOURCE_DIR}/mutations/expect_failure.cmake)
    set_tests_properties(mutant.${name} PROPERTIES TIMEOUT 120 COST 1)
endfunction()
