// What a coordinator keeps on its disk: DIR/journal.sqlite and the store's folders beside it; locked, so that
// two coordinators never share it.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/journal/journal.h"
#include "core/blobs/file_store.h"

namespace trackout {

class DataFolder {
 public:
  // Makes it where it is not there. FailedPrecondition where it is not usable or another process has it.
  static absl::StatusOr<std::unique_ptr<DataFolder>> Open(const std::string& folder);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  Journal& journal() { return *journal_; }
  FileStore& store() { return *store_; }

 private:
  DataFolder() = default;

  int lock_ = -1;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<FileStore> store_;
};

}  // namespace trackout
