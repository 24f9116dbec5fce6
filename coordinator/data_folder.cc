#include "coordinator/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "fmt/format.h"

namespace trackout {

absl::StatusOr<std::unique_ptr<DataFolder>> DataFolder::Open(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::FailedPreconditionError(
        fmt::format("--data {}: {}; name a folder that can be written to", folder, error.message()));
  }
  std::unique_ptr<DataFolder> data(new DataFolder);
  data->lock_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (data->lock_ < 0)
    return absl::FailedPreconditionError(fmt::format("--data {}: {}", folder, std::strerror(errno)));
  if (flock(data->lock_, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        fmt::format("--data {}: another coordinator uses it; stop that one, or name another folder", folder));
  }
  absl::StatusOr<std::unique_ptr<Journal>> journal = OpenSqliteJournal(folder + "/journal.sqlite");
  if (!journal.ok()) return journal.status();
  absl::StatusOr<std::unique_ptr<FileStore>> store = FileStore::Open(folder, Durability::kDurable);
  if (!store.ok()) return store.status();
  data->journal_ = *std::move(journal);
  data->store_ = *std::move(store);
  return data;
}

DataFolder::~DataFolder() {
  store_.reset();
  journal_.reset();
  if (lock_ >= 0) close(lock_);
}

}  // namespace trackout
