// What was found out about source files before, so that a file that has not changed is neither read nor
// opened again. A file is the same while its path, device, inode, size, and the times of its content and of
// its inode are.
//
// The memory is one small file, by default sources.memory in $XDG_CACHE_HOME/trackout or ~/.cache/trackout.
// It only saves time: a memory that is missing, damaged or cannot be written is none, and never an error.
//
//   "trackout sources 1\n"
//   for each file, the one used longest ago first: a 32-bit size and the bytes of its path; device, inode,
//   size in bytes, changed_ns, inode_changed_ns, 64 bits each; a 32-bit size and the bytes of its Source,
//   with its digest the SHA-256 of all that, 32 bytes
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "proto/render.pb.h"

namespace trackout {

// By what a file is known again.
struct FileState {
  int64_t device = 0;
  int64_t inode = 0;
  int64_t size_bytes = 0;
  int64_t changed_ns = 0;        // its content
  int64_t inode_changed_ns = 0;  // its inode: touch cannot set it back

  bool operator==(const FileState&) const = default;
};

// nullopt where there is no such file.
std::optional<FileState> StateOf(const std::string& path);

// Thread-safe.
class SourceMemory {
 public:
  // Empty where the environment names no place for it.
  static std::string DefaultPath();

  // Reads what is there. An empty path: remembers nothing beyond this object.
  explicit SourceMemory(std::string path);

  // What is known of a file in this state.
  std::optional<Source> Recall(const std::string& file, const FileState& state);

  // `source` has its digest. `now_ns` is when the file was looked at, by the clock of its times: a file that
  // was changed just before is not remembered, as it may change again within the same tick of that clock.
  void Remember(const std::string& file, const FileState& state, const Source& source, int64_t now_ns);

  // Writes what is new, if anything is, together with what others have written since.
  void Keep();

 private:
  struct Entry {
    FileState state;
    Source source;
    int64_t used = 0;  // a higher number was used later
  };
  using Entries = std::map<std::string, Entry>;

  static Entries Read(const std::string& path);
  static std::string Encode(const Entries& entries);

  const std::string path_;
  std::mutex mutex_;
  Entries entries_;        // guarded by mutex_
  Entries news_;           // guarded by mutex_; remembered or recalled in this run
  bool has_news_ = false;  // guarded by mutex_
  int64_t uses_ = 0;       // guarded by mutex_
};

}  // namespace trackout
