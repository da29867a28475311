# pm_add_fuzz_target(name LIBS … [SOURCES …]): the program fuzz_<name> from fuzz_<name>.c and what it
# tests, which requires properties of a parser for any input. As an ordinary test it reads every file
# of corpus/<name>/. With BUILD_FUZZERS (preset fuzz, see ci/fuzz) libFuzzer makes further inputs; the
# target `fuzzers` builds them all.
include_guard(GLOBAL)

if(BUILD_FUZZERS)
    if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "libFuzzer comes with clang: use the preset fuzz")
    endif()
    # All that is fuzzed tells libFuzzer which ways it went. Speed finds more than a debugger's comfort.
    target_compile_options(pm_compiler INTERFACE -fsanitize=fuzzer-no-link -O1)
    add_custom_target(fuzzers)
endif()

function(pm_add_fuzz_target name)
    cmake_parse_arguments(arg "" "" "LIBS;SOURCES" ${ARGN})
    add_executable(fuzz_${name} fuzz_${name}.c ${arg_SOURCES})
    target_link_libraries(fuzz_${name} PRIVATE pm_compiler pm_fuzz ${arg_LIBS})
    add_test(NAME fuzz_${name} COMMAND fuzz_${name} "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name}")
    pm_test_properties(fuzz_${name} unit 60)
    if(BUILD_FUZZERS)
        target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
        add_dependencies(fuzzers fuzz_${name})
    else()
        target_link_libraries(fuzz_${name} PRIVATE pm_fuzz_main)
    endif()
endfunction()
