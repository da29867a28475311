# The doctor of signatures: objects that the server and `paidmonitor sign --explain` link.
if(NOT TARGET fa_doctor)
    set(doctor_sources
        doctor.c doctor_catalogue.c doctor_draft.c doctor_families.c doctor_mac.c doctor_maps.c
        doctor_render.c doctor_shown.c doctor_wire.c)
    list(TRANSFORM doctor_sources PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
    add_library(fa_doctor OBJECT ${doctor_sources})
    target_include_directories(fa_doctor PUBLIC ${CMAKE_CURRENT_LIST_DIR})
    target_link_libraries(fa_doctor PUBLIC pm_compiler pm_util PkgConfig::NETTLE)
endif()
