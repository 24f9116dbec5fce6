// Reads recorded sound: the only part that sees libsndfile. WAV, RF64, W64, AIFF, CAF, FLAC, and the
// lossy Ogg Vorbis, Opus and MP3, as 64-bit float of +-1 full scale; integers come out exactly.
//
// A file that is not what it says is an error, not silence: headers without sound, files cut short,
// text or noise under a sound's name, NaN. Messages say what is wrong, the caller says of which file.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/render.pb.h"

namespace trackout {

// One file, open for reading. Not thread-safe.
class AudioFile {
 public:
  // NotFound, InvalidArgument (a folder, no sound), DataLoss (cut short).
  static absl::StatusOr<std::unique_ptr<AudioFile>> Open(const std::string& path);
  ~AudioFile();
  AudioFile(const AudioFile&) = delete;
  AudioFile& operator=(const AudioFile&) = delete;

  int channels() const;
  int sample_rate() const;
  int64_t frames() const;    // as the header says
  bool says_length() const;  // false: frames() is an estimate
  int64_t position() const;  // the frame that comes next; after a read that failed, where the sound ended
  bool is_float() const;
  bool is_lossy() const;
  bool is_compressed() const;  // lossy or not
  // Bits of an integer sample (8, 16, 24, 32); 32 or 64 for float; 0 where the coding has none.
  int bits() const;
  std::string encoding() const;
  // What a person should know of the file, such as a lossy coding.
  std::vector<std::string> doubts() const;

  // Fills `interleaved` (a whole number of frames) from `first_frame` on. DataLoss where the file ends
  // before. Reading on from where the last read ended is the fast way.
  absl::Status Read(int64_t first_frame, std::span<double> interleaved);

  // How the samples lie in the file, where they are plain little-endian numbers, interleaved, as in WAV, RF64
  // and W64; nullopt for everything else.
  enum class Pcm { kInt16, kInt24, kInt32, kFloat32 };
  std::optional<Pcm> pcm() const;

  // Of such a file: the bytes of whole frames, as they lie there. DataLoss where the file ends before. Does
  // not move position(); large reads are the fast way.
  absl::Status ReadBytes(int64_t first_frame, std::span<std::byte> bytes);

  // As Read, for integer files, as steps of their own size: a 24-bit sample is -2^23 .. 2^23 - 1.
  absl::Status ReadSteps(int64_t first_frame, std::span<int32_t> interleaved);

 private:
  struct State;
  explicit AudioFile(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

// Opens a source and makes sure that it can be rendered: its last sample is there, its samples are numbers,
// it can be decoded to its end (compressed and float files are read whole for it). Everything of Source but
// path and digest. Cancelled where `stop` is set.
absl::StatusOr<Source> InspectSource(const std::string& path, const std::atomic<bool>& stop);

}  // namespace trackout
