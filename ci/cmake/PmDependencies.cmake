# Every foreign library is found here, once, and used as an imported target. ci/deps installs them.
find_package(PkgConfig REQUIRED)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3>=3.40)
pkg_check_modules(OPENSSL REQUIRED IMPORTED_TARGET libcrypto>=3.0)
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson>=1.7.15)
pkg_check_modules(INIH REQUIRED IMPORTED_TARGET inih)
pkg_check_modules(LIBXML2 REQUIRED IMPORTED_TARGET libxml-2.0)
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle>=3.7) # with which the server verifies
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=7.85)
if(BUILD_FAKEAPI)
    # Only its header: the server loads the library when a store is on PostgreSQL.
    pkg_check_modules(LIBPQ REQUIRED libpq>=14)
    pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd>=0.9.75)
    pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib) # the dashboard sends its pages compressed
    pkg_check_modules(GNUTLS REQUIRED IMPORTED_TARGET gnutls>=3.7) # what libmicrohttpd speaks TLS with
endif()
if(BUILD_SCENARIOS)
    pkg_check_modules(FYAML REQUIRED IMPORTED_TARGET libfyaml>=0.7.12)
endif()
if(BUILD_PAM)
    find_library(PAM_LIBRARY pam REQUIRED)
    find_path(PAM_INCLUDE_DIR security/pam_modules.h REQUIRED)
endif()
if(BUILD_TESTING)
    pkg_check_modules(CHECK REQUIRED IMPORTED_TARGET check>=0.15)
endif()
