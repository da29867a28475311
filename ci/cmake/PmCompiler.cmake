# The language level, the warnings and the hardening that every target of the project shares.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()

add_library(pm_compiler INTERFACE)
target_compile_definitions(pm_compiler INTERFACE _GNU_SOURCE PM_VERSION="${PROJECT_VERSION}")
target_compile_options(pm_compiler INTERFACE
    -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes
    -Wold-style-definition -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wcast-qual
    -Wredundant-decls -Wswitch-enum -fstack-protector-strong
    $<$<BOOL:${PM_WERROR}>:-Werror>)
# clang 14 takes a pointer to char for a format that is not a literal in attribute(format) wrappers, and
# warns of the last members of a table's rows being left out, which makes them 0.
target_compile_options(pm_compiler INTERFACE
    $<$<C_COMPILER_ID:Clang>:-Wno-format-nonliteral;-Wno-missing-field-initializers>)
target_link_options(pm_compiler INTERFACE -Wl,-z,relro,-z,now -Wl,--as-needed)

if(PM_SANITIZE)
    target_compile_options(pm_compiler INTERFACE
        -fsanitize=${PM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(pm_compiler INTERFACE -fsanitize=${PM_SANITIZE})
elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
    target_compile_definitions(pm_compiler INTERFACE _FORTIFY_SOURCE=2)
endif()
