#include "core/digest.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace trackout {

struct Hasher::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  int64_t size_bytes = 0;
};

Hasher::Hasher() : state_(std::make_unique<State>()) {
  EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr);
}

Hasher::~Hasher() {
  EVP_MD_CTX_free(state_->context);
}

void Hasher::Update(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
  state_->size_bytes += static_cast<int64_t>(bytes.size());
}

void Hasher::Update(std::string_view text) {
  Update(std::as_bytes(std::span(text)));
}

Digest Hasher::Finish() {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(state_->context, hash, &size);
  Digest digest;
  digest.set_sha256(hash, size);
  digest.set_size_bytes(state_->size_bytes);
  return digest;
}

Digest DigestOf(std::string_view bytes) {
  Hasher hasher;
  hasher.Update(bytes);
  return hasher.Finish();
}

absl::StatusOr<Digest> DigestOfFile(const std::string& path, const std::atomic<bool>& stop) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  const absl::Cleanup close_file = [file] { close(file); };
  posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);
  std::vector<std::byte> block(1 << 18);
  Hasher hasher;
  while (true) {
    const ssize_t count = read(file, block.data(), block.size());
    if (count == 0) return hasher.Finish();
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path));
    if (stop) return absl::CancelledError("stopped");
    hasher.Update(std::span(block).first(static_cast<size_t>(count)));
  }
}

std::string Hex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

std::string Hex(const Digest& digest) {
  return Hex(digest.sha256());
}

bool DigestLess::operator()(const Digest& a, const Digest& b) const {
  return std::pair(std::string_view(a.sha256()), a.size_bytes()) <
         std::pair(std::string_view(b.sha256()), b.size_bytes());
}

bool SameDigest(const Digest& a, const Digest& b) {
  return a.sha256() == b.sha256() && a.size_bytes() == b.size_bytes();
}

bool IsValid(const Digest& digest) {
  constexpr size_t kSha256Bytes = 32;
  return digest.sha256().size() == kSha256Bytes && digest.size_bytes() >= 0;
}

}  // namespace trackout
