# Tests and figures of the doctor. It needs nothing of the server.
set(doctor_tests ${CMAKE_CURRENT_LIST_DIR})
pm_add_test(NAME test_doctor SOURCES ${doctor_tests}/test_doctor.c
    LIBS fa_doctor pm_util PkgConfig::CJSON LABELS unit)
pm_add_test(NAME test_doctor_maps SOURCES ${doctor_tests}/test_doctor_maps.c
    LIBS fa_doctor pm_util LABELS unit)
pm_add_test(NAME test_doctor_pairs
    SOURCES ${doctor_tests}/test_doctor_pairs.c ${doctor_tests}/support/pairs.c
    LIBS fa_doctor pm_util LABELS unit)
if(BUILD_TESTING)
    target_include_directories(test_doctor_pairs PRIVATE ${doctor_tests}/support)
    add_executable(bench_doctor ${doctor_tests}/bench_doctor.c ${doctor_tests}/support/pairs.c)
    target_include_directories(bench_doctor PRIVATE ${doctor_tests}/support)
    target_link_libraries(bench_doctor PRIVATE fa_doctor pm_util)
endif()
