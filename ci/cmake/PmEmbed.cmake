# pm_embed(target file...): put files into a target as read-only bytes. Each <dir>/<name>.<ext> gives
# `extern const unsigned char pm_embed_<name>_<ext>[];` and `extern const size_t
# pm_embed_<name>_<ext>_size;` (other characters become `_`). A NUL that does not count follows the bytes.
function(pm_embed target)
    foreach(file IN LISTS ARGN)
        get_filename_component(path "${file}" ABSOLUTE)
        get_filename_component(name "${file}" NAME)
        string(MAKE_C_IDENTIFIER "pm_embed_${name}" symbol)
        set(source "${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c")
        file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT [[
#include <stddef.h>
__asm__(".section .rodata\n"
        ".global @symbol@\n.hidden @symbol@\n@symbol@:\n"
        ".incbin \"@path@\"\n"
        ".L@symbol@_end:\n.byte 0\n"
        ".balign 8\n.global @symbol@_size\n.hidden @symbol@_size\n@symbol@_size:\n"
        ".quad .L@symbol@_end - @symbol@\n"
        ".previous\n");
]])
        set_property(SOURCE "${source}" APPEND PROPERTY OBJECT_DEPENDS "${path}")
        target_sources(${target} PRIVATE "${source}")
    endforeach()
endfunction()

# pm_embed_gzip(target file...): the same for what gzip makes of each: `pm_embed_<name>_<ext>_gz`.
function(pm_embed_gzip target)
    foreach(file IN LISTS ARGN)
        get_filename_component(path "${file}" ABSOLUTE)
        get_filename_component(name "${file}" NAME)
        set(packed "${CMAKE_CURRENT_BINARY_DIR}/gzip/${name}.gz")
        add_custom_command(OUTPUT "${packed}" DEPENDS "${path}" VERBATIM
            COMMAND "${CMAKE_COMMAND}" -E make_directory "${CMAKE_CURRENT_BINARY_DIR}/gzip"
            COMMAND gzip -9 -n -c "${path}" > "${packed}")
        pm_embed(${target} "${packed}")
    endforeach()
endfunction()
