#include "client/source_memory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "core/digest.h"
#include "core/limits.h"

namespace trackout {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHead = "trackout sources 1\n";
constexpr size_t kSumBytes = 32;

template <typename Number>
void Put(Number number, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void PutText(const std::string& text, std::string& bytes) {
  Put(static_cast<uint32_t>(text.size()), bytes);
  bytes += text;
}

// Takes from the front; false where too little is left.
template <typename Number>
bool Take(std::string_view& bytes, Number& number) {
  if (bytes.size() < sizeof number) return false;
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.remove_prefix(sizeof number);
  return true;
}

bool TakeText(std::string_view& bytes, std::string& text) {
  uint32_t size = 0;
  if (!Take(bytes, size) || bytes.size() < size) return false;
  text = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

std::string BytesOf(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return "";
  const auto size = static_cast<int64_t>(fs::file_size(path, error));
  if (error || size > kMostMemoryBytes) return "";
  std::string bytes(static_cast<size_t>(size), '\0');
  std::ifstream(path, std::ios::binary).read(bytes.data(), size);
  return bytes;
}

int64_t Nanoseconds(const timespec& time) {
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::optional<FileState> StateOf(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileState{static_cast<int64_t>(status.st_dev), static_cast<int64_t>(status.st_ino), status.st_size,
                   Nanoseconds(status.st_mtim), Nanoseconds(status.st_ctim)};
}

std::string SourceMemory::DefaultPath() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return std::string(cache) + "/trackout/sources.memory";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return std::string(home) + "/.cache/trackout/sources.memory";
  return "";
}

SourceMemory::SourceMemory(std::string path) : path_(std::move(path)), entries_(Read(path_)) {
  uses_ = static_cast<int64_t>(entries_.size());
}

SourceMemory::Entries SourceMemory::Read(const std::string& path) {
  const std::string file = path.empty() ? "" : BytesOf(path);
  if (!file.starts_with(kHead) || file.size() < kHead.size() + kSumBytes) return {};
  std::string_view bytes = file;
  if (DigestOf(bytes.substr(0, bytes.size() - kSumBytes)).sha256() != bytes.substr(bytes.size() - kSumBytes))
    return {};
  bytes.remove_prefix(kHead.size());
  bytes.remove_suffix(kSumBytes);
  Entries entries;
  int64_t used = 0;
  while (!bytes.empty()) {
    std::string name, source;
    Entry entry;
    FileState& state = entry.state;
    if (!TakeText(bytes, name) || !Take(bytes, state.device) || !Take(bytes, state.inode) ||
        !Take(bytes, state.size_bytes) || !Take(bytes, state.changed_ns) ||
        !Take(bytes, state.inode_changed_ns) || !TakeText(bytes, source) ||
        !entry.source.ParseFromString(source) || !IsValid(entry.source.digest()))
      return {};
    entry.used = used++;
    entries[name] = std::move(entry);
  }
  return entries;
}

std::string SourceMemory::Encode(const Entries& entries) {
  std::vector<const Entries::value_type*> order;
  for (const auto& entry : entries) order.push_back(&entry);
  std::sort(order.begin(), order.end(),
            [](const auto* one, const auto* other) { return one->second.used < other->second.used; });
  if (order.size() > kMostRememberedSources) order.erase(order.begin(), order.end() - kMostRememberedSources);
  std::string bytes(kHead);
  for (const auto* entry : order) {
    const FileState& state = entry->second.state;
    PutText(entry->first, bytes);
    for (const int64_t number :
         {state.device, state.inode, state.size_bytes, state.changed_ns, state.inode_changed_ns})
      Put(number, bytes);
    PutText(entry->second.source.SerializeAsString(), bytes);
  }
  return bytes + DigestOf(bytes).sha256();
}

std::optional<Source> SourceMemory::Recall(const std::string& file, const FileState& state) {
  const std::string name = fs::absolute(file).lexically_normal().string();
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(name);
  if (found == entries_.end() || found->second.state != state) return std::nullopt;
  found->second.used = uses_++;
  news_[name] = found->second;
  return found->second.source;
}

void SourceMemory::Remember(const std::string& file, const FileState& state, const Source& source,
                            int64_t now_ns) {
  if (std::max(state.changed_ns, state.inode_changed_ns) > now_ns - kSettledNs) return;
  const std::string name = fs::absolute(file).lexically_normal().string();
  const std::lock_guard lock(mutex_);
  entries_[name] = news_[name] = {state, source, uses_++};
  has_news_ = true;
}

void SourceMemory::Keep() {
  const std::lock_guard lock(mutex_);
  if (!has_news_ || path_.empty()) return;
  std::error_code error;
  fs::create_directories(fs::path(path_).parent_path(), error);
  // One writer at a time: what another run has learned since is read under the lock, and kept.
  const int turn = open((path_ + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (turn < 0) return;
  const absl::Cleanup end_turn = [turn] { close(turn); };
  if (flock(turn, LOCK_EX | LOCK_NB) != 0) return;  // this run's news are worth no waiting
  Entries merged = Read(path_);
  const auto others = static_cast<int64_t>(merged.size());
  for (const auto& [name, entry] : news_) {
    merged[name] = entry;
    merged[name].used += others;
  }
  const std::string written = path_ + ".new";
  const std::string bytes = Encode(merged);
  std::ofstream out(written, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out) fs::rename(written, path_, error);
  if (!out || error) fs::remove(written, error);
  has_news_ = false;
}

}  // namespace trackout
