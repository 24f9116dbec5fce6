// What a sound file's header says of the size and the place of its sound, held against the file. Libsndfile
// opens a file that was cut short without a word; this walks the chunks of RIFF, RF64, AIFF, W64 and AU, and
// reads nothing else.
#pragma once

#include <cstdint>
#include <string>

namespace trackout {

struct StatedSize {
  bool is_cut = false;           // the header promises more than the file holds
  bool knows_no_length = false;  // written to a pipe: the size is a placeholder
  bool has_more = false;         // what follows the sound is no chunk
  // Of RIFF, RF64 and W64, which are little endian, whose format stands before the sound: where the sound
  // begins, and the bytes of a frame (0 in other files).
  int64_t sound_at = 0;
  int frame_bytes = 0;
};

// All false for kinds of files that it does not know. The first form takes a descriptor open for reading,
// does not move it and leaves it open.
StatedSize CheckStatedSize(int descriptor);
StatedSize CheckStatedSize(const std::string& path);

// Whether an MPEG audio file says how long it is (a Xing, Info or VBRI header in its first frame).
bool Mp3SaysItsLength(int descriptor);

}  // namespace trackout
