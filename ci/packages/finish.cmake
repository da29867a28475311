# Run by CPack when the files of all packages lie in their places and before they are packed: what
# Debian wants of every package, a licence, a changelog and compressed manuals.
foreach(package IN LISTS CPACK_COMPONENTS_ALL)
    set(share "${CPACK_TEMPORARY_DIRECTORY}/${package}/usr/share")
    file(COPY "${CMAKE_CURRENT_LIST_DIR}/copyright" DESTINATION "${share}/doc/${package}")
    configure_file("${CMAKE_CURRENT_LIST_DIR}/changelog" "${share}/doc/${package}/changelog.Debian" COPYONLY)
    file(GLOB manuals "${share}/man/man?/*.[1-8]")
    execute_process(COMMAND gzip -9nf "${share}/doc/${package}/changelog.Debian" ${manuals} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
