// SHA-256: the names of blobs, the keys of jobs, the checksums of packages.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "proto/blobs.pb.h"

namespace trackout {

// Hashes bytes as they pass. Not thread-safe; Finish() once.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void Update(std::span<const std::byte> bytes);
  void Update(std::string_view text);
  Digest Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest DigestOf(std::string_view bytes);

// The digest of a whole file. NotFound, or what the system says of reading it; Cancelled where `stop` is set.
absl::StatusOr<Digest> DigestOfFile(const std::string& path, const std::atomic<bool>& stop);

// 64 hexadecimal digits, lower case.
std::string Hex(const Digest& digest);
std::string Hex(std::string_view bytes);

// Orders and compares digests, for maps.
struct DigestLess {
  bool operator()(const Digest& a, const Digest& b) const;
};
bool SameDigest(const Digest& a, const Digest& b);

// Whether it has the shape of a digest: 32 bytes, and a size that is none below zero. What a peer sends may
// not.
bool IsValid(const Digest& digest);

}  // namespace trackout
