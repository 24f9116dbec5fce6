// How fast blobs move through the real service over the loopback, beside a copy from folder to folder in the
// same run: both hash, write and sync the same bytes, so the ratio is what the network's way costs.
//
//   bench_blobs FOLDER [MEGABYTES OF A BLOB] [BLOBS]
//
// Prints a line for each of three rounds, in MB/s (of 10^6 bytes). FOLDER must have room for six times as
// much.
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "coordinator/services/blobs_service.h"
#include "core/blobs/copy.h"
#include "core/blobs/file_store.h"
#include "core/rpc/channel.h"
#include "core/rpc/remote_store.h"
#include "fmt/format.h"
#include "grpcpp/grpcpp.h"
#include "tests/bench/bench.h"

namespace trackout {
namespace {

using bench::OrDie;

constexpr int kRounds = 3;

std::vector<Digest> MakeBlobs(FileStore& store, int64_t megabytes, int count) {
  std::vector<Digest> digests;
  std::vector<uint64_t> block(125'000);
  std::mt19937_64 random(1);
  for (int i = 0; i < count; ++i) {
    std::unique_ptr<BlobWriter> writer = OrDie(store.Create());
    for (int64_t m = 0; m < megabytes; ++m) {
      for (uint64_t& word : block) word = random();
      if (!writer->Append(std::as_bytes(std::span(block))).ok()) std::exit(1);
    }
    digests.push_back(OrDie(writer->Commit()));
  }
  return digests;
}

// MB/s.
double Copy(BlobStore& from, BlobStore& to, const std::vector<Digest>& digests) {
  sync();  // what others have left to write is not ours
  const std::atomic<bool> stop = false;
  std::atomic<int64_t> bytes = 0;
  const auto start = std::chrono::steady_clock::now();
  for (const Digest& digest : digests) {
    const absl::Status copied = CopyBlob(from, to, digest, stop, &bytes);
    if (copied.ok()) continue;
    fmt::print(stderr, "{}\n", copied.ToString());
    std::exit(1);
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  return static_cast<double>(bytes) / 1e6 / time.count();
}

std::unique_ptr<FileStore> Empty(const std::string& folder, Durability durability) {
  std::filesystem::remove_all(folder);
  return OrDie(FileStore::Open(folder, durability));
}

void Run(const std::string& folder, int64_t megabytes, int count) {
  const std::unique_ptr<FileStore> source = Empty(folder + "/source", Durability::kCached);
  const std::vector<Digest> digests = MakeBlobs(*source, megabytes, count);
  fmt::print("{} blobs of {} MB\n", count, megabytes);
  for (int round = 0; round < kRounds; ++round) {
    const std::unique_ptr<FileStore> copy = Empty(folder + "/copy", Durability::kDurable);
    const double local = Copy(*source, *copy, digests);

    const std::unique_ptr<FileStore> farm = Empty(folder + "/farm", Durability::kDurable);
    BlobsService service(*farm, [](const Digest&) {});
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service);
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    const std::unique_ptr<BlobStore> remote = RemoteStore(
        OrDie(ConnectToFarm(fmt::format("127.0.0.1:{}", port), "blobs", std::chrono::seconds(5))));
    const double up = Copy(*source, *remote, digests);

    const std::unique_ptr<FileStore> back = Empty(folder + "/back", Durability::kDurable);
    const double down = Copy(*remote, *back, digests);
    fmt::print("folder to folder {:.0f}, up {:.0f} ({:.2f}), down {:.0f} ({:.2f})\n", local, up, up / local,
               down, down / local);
    server->Shutdown();
  }
}

}  // namespace
}  // namespace trackout

int main(int count, char** words) {
  if (count < 2) {
    fmt::print(stderr, "bench_blobs FOLDER [MEGABYTES OF A BLOB] [BLOBS]\n");
    return 2;
  }
  const std::string folder = fmt::format("{}/bench_blobs.{}", words[1], getpid());
  trackout::Run(folder, count > 2 ? std::atoi(words[2]) : 50, count > 3 ? std::atoi(words[3]) : 8);
  std::filesystem::remove_all(folder);
}
