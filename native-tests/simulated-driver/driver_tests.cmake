# The simulated device by its C symbols.

if(NOT TARGET simulated_driver)
    return()
endif()

file(GLOB SIMULATED_TESTS CONFIGURE_DEPENDS simulated-driver/tests/*.cpp)
add_executable(simulated_driver_tests ${SIMULATED_TESTS} device/ptx_kernels.cpp reference/philox.cpp)
target_include_directories(simulated_driver_tests PRIVATE device reference)
target_compile_options(simulated_driver_tests PRIVATE ${PLAIN_FLAGS} ${WARNINGS})
target_compile_definitions(simulated_driver_tests PRIVATE
    SIMULATED_DRIVER="${SIMULATED_DRIVER}" PERNODEDROP_PTX_DIR="${PERNODEDROP_PTX_DIR}")
target_link_libraries(simulated_driver_tests PRIVATE
    GTest::gtest GTest::gtest_main Threads::Threads ${CMAKE_DL_LIBS})
target_precompile_headers(simulated_driver_tests PRIVATE <gtest/gtest.h>)
add_dependencies(simulated_driver_tests simulated_driver)
add_test(NAME simulated-driver COMMAND simulated_driver_tests --gtest_brief=1)
set_tests_properties(simulated-driver PROPERTIES TIMEOUT 120)

# The programs of docs/kernels.md.
add_test(NAME document
    COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/document_test.sh ${SIMULATED_DRIVER} ${PERNODEDROP_PTX_DIR})
set_tests_properties(document PROPERTIES TIMEOUT 120)
