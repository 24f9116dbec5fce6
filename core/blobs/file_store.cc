#include "core/blobs/file_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <limits>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/escaping.h"
#include "core/blobs/disk.h"
#include "core/blobs/file_writer.h"
#include "core/limits.h"
#include "fmt/format.h"

namespace trackout {
namespace {

namespace fs = std::filesystem;

absl::Status NotADigest() {
  return absl::InvalidArgumentError("not a digest: a SHA-256 has 32 bytes, and a size is not below zero");
}

absl::Status NoBlob(const Digest& digest) {
  return absl::NotFoundError(fmt::format("no blob {} of {} bytes", Hex(digest), digest.size_bytes()));
}

bool IsEmptyBlob(const Digest& digest) {
  static const auto& empty = *new Digest(DigestOf(""));
  return SameDigest(digest, empty);
}

// The SHA-256 that a file's name says; empty where the name is not one of ours.
std::string Sha256Of(const std::string& name) {
  const bool is_hex = name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_hex ? absl::HexStringToBytes(name) : std::string();
}

size_t ShardOf(const std::string& sha256) {
  return static_cast<unsigned char>(sha256[0]);
}

// Whether the name still leads to the file that is open.
bool IsAt(const DiskFile& file, const std::string& path) {
  struct stat open_one, named_one;
  return fstat(file.descriptor(), &open_one) == 0 && stat(path.c_str(), &named_one) == 0 &&
         open_one.st_ino == named_one.st_ino && open_one.st_dev == named_one.st_dev;
}

}  // namespace

class FileStore::Reader : public BlobReader {
 public:
  Reader(FileStore& store, const Digest& digest, bool is_ours, DiskFile file, int64_t offset)
      : store_(store),
        digest_(digest),
        is_ours_(is_ours),
        file_(std::move(file)),
        left_bytes_(digest.size_bytes() - offset) {}

  absl::StatusOr<size_t> Read(std::span<std::byte> bytes) override {
    bytes = bytes.first(std::min(bytes.size(), static_cast<size_t>(left_bytes_)));
    if (bytes.empty()) return 0;
    absl::StatusOr<size_t> count = ReadSome(file_, bytes);
    if (count.ok() && *count > 0) {
      left_bytes_ -= static_cast<int64_t>(*count);
      return count;
    }
    if (!count.ok() && !absl::IsDataLoss(count.status())) return count;
    const std::string how = count.ok() ? "it is too short" : std::string(count.status().message());
    if (is_ours_) return store_.Damaged(digest_, file_, how);
    return absl::DataLossError(fmt::format("source {}: {}", Hex(digest_), how));
  }

 private:
  FileStore& store_;
  const Digest digest_;
  const bool is_ours_;
  const DiskFile file_;
  int64_t left_bytes_;
};

// Opening.

FileStore::FileStore(std::string folder, Durability durability)
    : folder_(std::move(folder)), durability_(durability) {}

absl::StatusOr<std::unique_ptr<FileStore>> FileStore::Open(const std::string& folder, Durability durability) {
  std::unique_ptr<FileStore> store(new FileStore(folder, durability));
  if (absl::Status started = store->Start(); !started.ok()) return started;
  return store;
}

absl::Status FileStore::Start() {
  const auto not_usable = [&](std::string_view why) {
    return absl::FailedPreconditionError(fmt::format("{} cannot hold blobs: {}", folder_, why));
  };
  std::error_code error;
  fs::remove_all(folder_ + "/new", error);
  for (const char* part : {"arriving", "blobs", "new"}) {
    fs::create_directories(fmt::format("{}/{}", folder_, part), error);
    if (error) return not_usable(error.message());
  }
  if (access((folder_ + "/new").c_str(), W_OK) != 0) return not_usable("it may not be written to");
  FindBlobs();
  if (durability_ != Durability::kDurable) return absl::OkStatus();
  for (const std::string& folder : {folder_ + "/blobs", folder_}) {
    if (absl::Status synced = SyncFolder(folder); !synced.ok()) return not_usable(synced.ToString());
  }
  return absl::OkStatus();
}

// Names that are not ours are left alone: lost+found, and what people leave lying about.
void FileStore::FindBlobs() {
  for (size_t shard = 0; shard < shards_.size(); ++shard) {
    const std::string prefix = fmt::format("{:02x}", shard);
    std::error_code error;
    fs::directory_iterator entry(fmt::format("{}/blobs/{}", folder_, prefix), error);
    shards_[shard] = !error;
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      const std::string name = entry->path().filename();
      const std::string sha256 = Sha256Of(name);
      std::error_code of_entry;
      const bool is_file = entry->is_regular_file(of_entry);
      const uintmax_t size_bytes = is_file ? entry->file_size(of_entry) : 0;
      if (!is_file || of_entry || sha256.empty() || !name.starts_with(prefix)) continue;
      blobs_[sha256] = {static_cast<int64_t>(size_bytes), Trust::kUnread};
    }
  }
}

// Asking.

std::string FileStore::PathOfBlob(const std::string& hex) const {
  return fmt::format("{}/blobs/{}/{}", folder_, hex.substr(0, 2), hex);
}

std::string FileStore::PathOfArriving(const Digest& digest) const {
  return fmt::format("{}/arriving/{}", folder_, Hex(digest));
}

int64_t FileStore::ArrivedBytes(const Digest& digest) const {
  struct stat file;
  if (stat(PathOfArriving(digest).c_str(), &file) != 0) return 0;
  return file.st_size <= digest.size_bytes() ? file.st_size : 0;
}

absl::StatusOr<std::vector<MissingBlob>> FileStore::FindMissing(std::span<const Digest> digests) {
  if (!std::all_of(digests.begin(), digests.end(), IsValid)) return NotADigest();
  std::vector<MissingBlob> missing;
  std::vector<bool> is_being_put;
  {
    const std::lock_guard lock(mutex_);
    for (const Digest& digest : digests) {
      const auto found = blobs_.find(digest.sha256());
      if (found != blobs_.end() && found->second.size_bytes == digest.size_bytes()) continue;
      if (adopted_.contains(digest) || IsEmptyBlob(digest)) continue;
      *missing.emplace_back().mutable_digest() = digest;
      is_being_put.push_back(being_put_.contains(digest.sha256()));
    }
  }
  for (size_t i = 0; i < missing.size(); ++i) {
    if (!is_being_put[i]) missing[i].set_arrived_bytes(ArrivedBytes(missing[i].digest()));
  }
  return missing;
}

std::vector<Digest> FileStore::Held() const {
  const std::lock_guard lock(mutex_);
  std::vector<Digest> digests;
  digests.reserve(blobs_.size());
  for (const auto& [sha256, blob] : blobs_) {
    Digest& digest = digests.emplace_back();
    digest.set_sha256(sha256);
    digest.set_size_bytes(blob.size_bytes);
  }
  return digests;
}

int64_t FileStore::FreeBytes() const {
  struct statvfs room;
  if (statvfs(folder_.c_str(), &room) != 0) return std::numeric_limits<int64_t>::max();
  const int64_t bytes = static_cast<int64_t>(room.f_bavail) * static_cast<int64_t>(room.f_frsize);
  return durability_ == Durability::kDurable ? std::max<int64_t>(0, bytes - kReserveBytes) : bytes;
}

// Reading.

absl::StatusOr<std::unique_ptr<BlobReader>> FileStore::Open(const Digest& digest, int64_t offset) {
  const absl::StatusOr<Place> place = Find(digest);
  if (!place.ok()) return place.status();
  if (offset < 0 || offset > digest.size_bytes()) {
    return absl::OutOfRangeError(
        fmt::format("blob {} has {} bytes, none at {}", Hex(digest), digest.size_bytes(), offset));
  }
  absl::StatusOr<DiskFile> file = OpenOnDisk(place->path, O_RDONLY);
  if (absl::IsNotFound(file.status())) return Vanished(digest);
  if (!file.ok()) return file.status();
  posix_fadvise(file->descriptor(), 0, 0, POSIX_FADV_SEQUENTIAL);
  if (lseek(file->descriptor(), offset, SEEK_SET) < 0) return DiskError(errno, "cannot read");
  return std::make_unique<Reader>(*this, digest, place->is_ours, *std::move(file), offset);
}

absl::StatusOr<std::string> FileStore::PathOf(const Digest& digest) {
  absl::StatusOr<Place> place = Find(digest);
  if (!place.ok()) return place.status();
  if (place->is_ours && access(place->path.c_str(), F_OK) != 0) return Vanished(digest);
  return std::move(place->path);
}

absl::StatusOr<FileStore::Place> FileStore::Find(const Digest& digest) {
  if (!IsValid(digest)) return NotADigest();
  std::unique_lock lock(mutex_);
  while (true) {
    const auto found = blobs_.find(digest.sha256());
    if (found == blobs_.end()) break;
    switch (found->second.trust) {
      case Trust::kUnread:
        if (absl::Status whole = HashFirst(digest, lock); !whole.ok()) return whole;
        continue;
      case Trust::kBeingHashed:
        was_hashed_.wait(lock);
        continue;
      case Trust::kWhole:
        if (found->second.size_bytes != digest.size_bytes()) return NoBlob(digest);
        return Place{PathOfBlob(Hex(digest)), true};
    }
  }
  if (const auto adopted = adopted_.find(digest); adopted != adopted_.end())
    return Place{adopted->second, false};
  if (!IsEmptyBlob(digest)) return NoBlob(digest);
  lock.unlock();
  absl::StatusOr<std::unique_ptr<BlobWriter>> empty = Create();
  if (!empty.ok()) return empty.status();
  if (absl::StatusOr<Digest> made = (*empty)->Commit(); !made.ok()) return made.status();
  return Place{PathOfBlob(Hex(digest)), true};
}

absl::Status FileStore::HashFirst(const Digest& digest, std::unique_lock<std::mutex>& lock) {
  Blob& blob = blobs_.at(digest.sha256());
  blob.trust = Trust::kBeingHashed;
  const int64_t size_bytes = blob.size_bytes;
  lock.unlock();

  const std::string path = PathOfBlob(Hex(digest));
  Hasher hasher;
  absl::StatusOr<int64_t> hashed = 0;
  absl::StatusOr<DiskFile> file = OpenOnDisk(path, O_RDONLY);
  // One byte more than there should be, to see a file that has grown.
  if (file.ok()) hashed = HashNext(*file, size_bytes + 1, hasher);
  const bool is_whole =
      file.ok() && hashed.ok() && *hashed == size_bytes && hasher.Finish().sha256() == digest.sha256();

  lock.lock();
  const auto now = blobs_.find(digest.sha256());
  // Removed or committed anew meanwhile: what was hashed does not matter any more.
  if (now == blobs_.end() || now->second.trust != Trust::kBeingHashed) return absl::OkStatus();
  was_hashed_.notify_all();
  now->second.trust = is_whole ? Trust::kWhole : Trust::kUnread;
  if (is_whole) return absl::OkStatus();
  if (!file.ok()) return absl::IsNotFound(file.status()) ? Forget(digest) : file.status();
  if (!hashed.ok() && !absl::IsDataLoss(hashed.status())) return hashed.status();
  if (!IsAt(*file, path)) return absl::OkStatus();  // one that is committed right now: to be looked at again
  return Bury(digest, "its bytes have changed on the disk");
}

absl::Status FileStore::Vanished(const Digest& digest) {
  const std::lock_guard lock(mutex_);
  return Forget(digest);
}

absl::Status FileStore::Damaged(const Digest& digest, const DiskFile& file, std::string_view how) {
  const std::lock_guard lock(mutex_);
  if (IsAt(file, PathOfBlob(Hex(digest)))) return Bury(digest, how);
  return absl::DataLossError(fmt::format("blob {} was damaged, and has been replaced", Hex(digest)));
}

absl::Status FileStore::Forget(const Digest& digest) {
  // Unless it has been committed again in this moment.
  if (access(PathOfBlob(Hex(digest)).c_str(), F_OK) != 0) blobs_.erase(digest.sha256());
  return absl::NotFoundError(fmt::format("blob {}: its file has vanished", Hex(digest)));
}

absl::Status FileStore::Bury(const Digest& digest, std::string_view how) {
  const std::string path = PathOfBlob(Hex(digest));
  const std::string grave = fmt::format("{}/damaged/{}", folder_, Hex(digest));
  std::error_code error;
  fs::create_directories(folder_ + "/damaged", error);
  if (std::rename(path.c_str(), grave.c_str()) != 0) unlink(path.c_str());
  blobs_.erase(digest.sha256());
  return absl::DataLossError(
      fmt::format("blob {} is damaged: {}; it is kept as {}", Hex(digest), how, grave));
}

// Writing.

absl::StatusOr<std::unique_ptr<BlobWriter>> FileStore::Create() {
  return WriteNew(std::nullopt);
}

absl::StatusOr<std::unique_ptr<BlobWriter>> FileStore::Put(const Digest& digest, int64_t offset) {
  if (!IsValid(digest)) return NotADigest();
  if (durability_ == Durability::kDurable && FreeBytes() < digest.size_bytes() - offset)
    return absl::ResourceExhaustedError("the disk is full");
  bool is_only_writer;
  {
    const std::lock_guard lock(mutex_);
    is_only_writer = being_put_.insert(digest.sha256()).second;
  }
  if (is_only_writer) return WriteArriving(digest, offset);
  if (offset == 0) return WriteNew(digest);
  return absl::OutOfRangeError(fmt::format("blob {} is being put by another", Hex(digest)));
}

absl::StatusOr<DiskFile> FileStore::CreateNameless() {
  const std::string path = NextNewPath();
  absl::StatusOr<DiskFile> file = OpenOnDisk(path, O_RDWR | O_CREAT | O_EXCL);
  if (file.ok()) unlink(path.c_str());
  return file;
}

std::string FileStore::NextNewPath() {
  const std::lock_guard lock(mutex_);
  return fmt::format("{}/new/{}", folder_, files_++);
}

absl::StatusOr<std::unique_ptr<BlobWriter>> FileStore::WriteNew(std::optional<Digest> promised) {
  std::string path = NextNewPath();
  absl::StatusOr<DiskFile> file = OpenOnDisk(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file.ok()) return file.status();
  return std::make_unique<Writer>(*this, std::move(path), *std::move(file), std::move(promised),
                                  WhenDropped::kGoes, std::make_unique<Hasher>(), 0);
}

absl::StatusOr<std::unique_ptr<BlobWriter>> FileStore::WriteArriving(const Digest& digest, int64_t offset) {
  absl::Cleanup is_done = [this, &digest] { WriterIsDone(digest); };
  if (offset < 0 || offset != (offset == 0 ? 0 : ArrivedBytes(digest))) {
    return absl::OutOfRangeError(fmt::format("blob {}: {} of {} bytes have arrived, it cannot go on at {}",
                                             Hex(digest), ArrivedBytes(digest), digest.size_bytes(), offset));
  }
  std::string path = PathOfArriving(digest);
  absl::StatusOr<DiskFile> file = OpenOnDisk(path, offset == 0 ? O_RDWR | O_CREAT | O_TRUNC : O_RDWR);
  if (!file.ok()) return file.status();
  auto hasher = std::make_unique<Hasher>();
  const absl::StatusOr<int64_t> hashed = HashNext(*file, offset, *hasher);
  if (!hashed.ok()) return hashed.status();
  if (*hashed != offset) return absl::OutOfRangeError(fmt::format("blob {} has shrunk", Hex(digest)));
  std::move(is_done).Cancel();
  return std::make_unique<Writer>(*this, std::move(path), *std::move(file), digest, WhenDropped::kStays,
                                  std::move(hasher), offset);
}

absl::Status FileStore::Take(const std::string& path, const Digest& digest) {
  const std::string hex = Hex(digest);
  const std::string to = PathOfBlob(hex);
  if (absl::Status made = MakeShard(hex); !made.ok()) return made;
  // Over one that is there: the bytes are the same, or that one is damaged.
  if (std::rename(path.c_str(), to.c_str()) != 0) return DiskError(errno, "cannot rename");
  if (durability_ == Durability::kDurable) {
    if (absl::Status synced = SyncFolder(fs::path(to).parent_path()); !synced.ok()) return synced;
  }
  const std::lock_guard lock(mutex_);
  blobs_[digest.sha256()] = {digest.size_bytes(), Trust::kWhole};
  was_hashed_.notify_all();
  return absl::OkStatus();
}

absl::Status FileStore::MakeShard(const std::string& hex) {
  const size_t shard = ShardOf(absl::HexStringToBytes(hex));
  {
    const std::lock_guard lock(mutex_);
    if (shards_[shard]) return absl::OkStatus();
  }
  const std::string folder = fs::path(PathOfBlob(hex)).parent_path();
  if (mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST)
    return DiskError(errno, fmt::format("cannot make {}", folder));
  if (durability_ == Durability::kDurable) {
    if (absl::Status synced = SyncFolder(folder_ + "/blobs"); !synced.ok()) return synced;
  }
  const std::lock_guard lock(mutex_);
  shards_[shard] = true;
  return absl::OkStatus();
}

void FileStore::WriterIsDone(const Digest& digest) {
  const std::lock_guard lock(mutex_);
  being_put_.erase(digest.sha256());
  // Another writer was faster: nobody will ask how much of it has arrived here.
  if (blobs_.contains(digest.sha256())) unlink(PathOfArriving(digest).c_str());
}

// Elsewhere, and away.

void FileStore::Adopt(const Digest& digest, const std::string& path) {
  const std::lock_guard lock(mutex_);
  adopted_.emplace(digest, path);
}

void FileStore::Remove(const Digest& digest) {
  if (!IsValid(digest)) return;
  const std::lock_guard lock(mutex_);
  if (blobs_.erase(digest.sha256()) == 0) return;
  unlink(PathOfBlob(Hex(digest)).c_str());
  was_hashed_.notify_all();
}

}  // namespace trackout
