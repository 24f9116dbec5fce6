// A coordinator for tests of the client, with nobody who renders: it listens, goes away, and comes back at
// the same address with everything that it knew.
#pragma once

#include <memory>
#include <string>

#include "coordinator/coordinator.h"
#include "coordinator/journal/journal.h"
#include "coordinator/server.h"
#include "core/blobs/file_store.h"
#include "core/digest.h"
#include "core/spec/spec_reader.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"
#include "tests/support/recorded_source.h"

namespace trackout::test {

class FarmHere {
 public:
  // Its address.
  std::string Listen() {
    DeskSettings settings;
    settings.return_time = absl::ZeroDuration();
    coordinator_ = *Coordinator::Start(settings, *journal_, *store_);
    absl::StatusOr<std::unique_ptr<Server>> server =
        Server::Start("127.0.0.1:" + std::to_string(port_), *coordinator_, *store_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    port_ = server_->port();
    return "127.0.0.1:" + std::to_string(port_);
  }
  void GoAway() {
    server_ = nullptr;
    coordinator_ = nullptr;
  }

  FileStore& store() { return *store_; }

  // An album of one track, whose source has these bytes.
  static SubmitRequest Request(const std::string& order, const std::string& bytes) {
    const Spec spec = ReadSpecText("album.yaml",
                                   "album: A\nartist: B\ndeliver: [{mixes: [master]}]\n"
                                   "songs: [{title: One, tracks: [{name: K, file: k.wav}]}]\n",
                                   Solo::kRefuse);
    SubmitRequest request;
    request.set_order(order);
    *request.mutable_album() = spec.album;
    request.set_spec_text(spec.text);
    *request.add_sources() = RecordedSource("k.wav", bytes, 1000);
    return request;
  }
  // Gives the farm a source.
  void Give(const std::string& bytes) {
    std::unique_ptr<BlobWriter> writer = *store_->Create();
    ASSERT_TRUE(writer->Append(std::as_bytes(std::span(bytes))).ok());
    ASSERT_TRUE(writer->Commit().ok());
  }

 private:
  const Folder folder_;
  const std::unique_ptr<FileStore> store_ = *FileStore::Open(folder_.path(), Durability::kCached);
  const std::unique_ptr<Journal> journal_ = MemoryJournal();
  std::unique_ptr<Coordinator> coordinator_;
  std::unique_ptr<Server> server_;
  int port_ = 0;
};

}  // namespace trackout::test
