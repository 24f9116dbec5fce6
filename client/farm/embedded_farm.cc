#include "client/farm/embedded_farm.h"

#include <utility>

#include "absl/time/time.h"
#include "coordinator/coordinator.h"
#include "coordinator/journal/journal.h"
#include "coordinator/server.h"
#include "worker/cache.h"
#include "worker/lease_client.h"
#include "worker/lease_loop.h"

namespace trackout {
namespace {

// Nobody is waited for that was there before, what fails here fails everywhere, and no order comes later that
// prints could be kept for.
DeskSettings DeskOfOne() {
  DeskSettings settings;
  settings.return_time = absl::ZeroDuration();
  settings.most_failures = 1;
  settings.most_kept_print_bytes = 0;
  return settings;
}

LeaseLoopSettings WorkerOf(const EmbeddedSettings& embedded) {
  LeaseLoopSettings settings;
  settings.name = "here";
  settings.build = "embedded";
  settings.slots = embedded.workers;
  settings.block_frames = embedded.block_frames;
  settings.renew_every = absl::Milliseconds(200);  // it costs no network, and a person watches
  return settings;
}

}  // namespace

// In the order in which they are built: each needs those before it, and goes before them.
struct EmbeddedFarm::Rooms {
  Rooms(FileStore& store_of_all, std::unique_ptr<Journal> its_journal)
      : store(store_of_all), journal(std::move(its_journal)), cache(store_of_all, 0) {}

  FileStore& store;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Coordinator> coordinator;
  std::unique_ptr<Server> server;
  std::unique_ptr<LeaseClient> leases;
  Cache cache;
  std::unique_ptr<LeaseLoop> worker;
  std::unique_ptr<Farm> client;
};

EmbeddedFarm::EmbeddedFarm(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}
EmbeddedFarm::~EmbeddedFarm() = default;

absl::StatusOr<std::unique_ptr<EmbeddedFarm>> EmbeddedFarm::Start(const EmbeddedSettings& settings,
                                                                  FileStore& store,
                                                                  const std::atomic<bool>& stop) {
  auto rooms = std::make_unique<Rooms>(store, MemoryJournal());
  absl::StatusOr<std::unique_ptr<Coordinator>> coordinator =
      Coordinator::Start(DeskOfOne(), *rooms->journal, store);
  if (!coordinator.ok()) return coordinator.status();
  rooms->coordinator = *std::move(coordinator);
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start("", *rooms->coordinator, store);
  if (!server.ok()) return server.status();
  rooms->server = *std::move(server);
  rooms->leases = RemoteLeases(rooms->server->InProcessChannel());
  absl::StatusOr<std::unique_ptr<LeaseLoop>> worker =
      LeaseLoop::Start(WorkerOf(settings), *rooms->leases, store, rooms->cache);
  if (!worker.ok()) return worker.status();
  rooms->worker = *std::move(worker);
  rooms->client = Farm::InProcess(rooms->server->InProcessChannel(), stop);
  return std::unique_ptr<EmbeddedFarm>(new EmbeddedFarm(std::move(rooms)));
}

Farm& EmbeddedFarm::client() {
  return *rooms_->client;
}

}  // namespace trackout
