# Copies SOURCES from directory CUDA to FAULT/cuda, with the text of FAULT/original.txt in FILE replaced by that of
# FAULT/replacement.txt. The text must occur exactly once.
cmake_minimum_required(VERSION 3.21)

file(READ ${FAULT}/original.txt original)
file(READ ${FAULT}/replacement.txt replacement)
if(NOT EXISTS ${CUDA}/${FILE})
    message(FATAL_ERROR "Planted fault ${NAME}: there is no cuda/${FILE}")
endif()
file(READ ${CUDA}/${FILE} text)
string(FIND "${text}" "${original}" first)
string(FIND "${text}" "${original}" last REVERSE)
if(first EQUAL -1)
    message(FATAL_ERROR "Planted fault ${NAME}: cuda/${FILE} must hold its original text, and does not:\n${original}\n"
        "Mend the fault in mutations/planted_faults.cmake.")
endif()
if(NOT first EQUAL last)
    message(FATAL_ERROR "Planted fault ${NAME}: cuda/${FILE} must hold its original text only once:\n${original}\n"
        "Give the fault in mutations/planted_faults.cmake more context.")
endif()
if(original STREQUAL replacement)
    message(FATAL_ERROR "Planted fault ${NAME}: the replacement must differ from the original")
endif()

# Untouched where nothing changed, so that nothing is compiled again.
file(MAKE_DIRECTORY ${FAULT}/cuda)
foreach(source IN LISTS SOURCES)
    if(NOT source STREQUAL FILE)
        file(COPY_FILE ${CUDA}/${source} ${FAULT}/cuda/${source} ONLY_IF_DIFFERENT)
    endif()
endforeach()
string(REPLACE "${original}" "${replacement}" text "${text}")
file(WRITE ${FAULT}/faulty.txt "${text}")
file(COPY_FILE ${FAULT}/faulty.txt ${FAULT}/cuda/${FILE} ONLY_IF_DIFFERENT)
