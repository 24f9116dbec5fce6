// The clients of a simulated farm, and what they order.
#include <algorithm>

#include "fmt/format.h"
#include "tests/coordinator/desk/simulated_farm.h"
#include "tests/coordinator/desk/small_plans.h"

namespace trackout::test {

using absl::Milliseconds;
using absl::Seconds;

// The name with a mark that says what its job does to workers (small_plans.h): the same for a name throughout
// the history.
std::string Simulation::Marked(const std::string& name, bool is_print) {
  uint64_t hash = marks_seed_;
  for (const char c : name) hash = (hash ^ static_cast<uint64_t>(c)) * 0x100000001b3;
  Random random(hash);
  const int64_t dice = random.Between(0, 199);
  if (dice < 2) return "!" + name;
  if (dice < 4) return "#" + name;
  if (dice < 8) return "%" + name;
  if (dice < 30 && is_print) return "~" + name;
  return name;
}

// Songs of which some are in several albums, with prints and raw tracks of which some are in several songs.
std::vector<SmallSong> Simulation::MakeSongs(int album) {
  std::vector<SmallSong> songs;
  const int64_t count = random_.Between(1, random_.Chance(300) ? 4 : 2);
  for (int64_t i = 1; i <= count; ++i) {
    const std::string name =
        random_.Chance(150) ? fmt::format("s{}", i) : fmt::format("{}{}", char('a' + album), i);
    uint64_t hash = marks_seed_ + 1;
    for (const char c : name) hash = (hash ^ static_cast<uint64_t>(c)) * 0x100000001b3;
    Random random(hash);
    SmallSong song;
    song.frames = 1000 * random.Between(1, 4);
    const int64_t prints = random.Between(0, 3);
    for (int64_t k = 1; k <= prints; ++k)
      song.prints.push_back(
          Marked(random.Chance(200) ? fmt::format("x{}", k) : fmt::format("{}p{}", name, k), true));
    if (prints > 0) song.finish = Marked(name + "f", false);
    if (prints > 0 && random.Chance(600)) song.proof = Marked(name + "v", false);
    if (prints == 0 || random.Chance(500))
      song.raw_tracks.push_back(Marked(random.Chance(200) ? "xr" : name + "r", false));
    songs.push_back(song);
  }
  return songs;
}

void Simulation::MakeOrders() {
  marks_seed_ = random_.Next();
  const int64_t albums = random_.Between(1, 3);
  std::vector<SmallSong> first;
  for (int64_t album = 0; album < albums; ++album) {
    Client& client = clients_.emplace_back();
    client.peer.name = fmt::format("client {}", album);
    const std::vector<SmallSong> songs = MakeSongs(static_cast<int>(album));
    if (album == 0) first = songs;
    client.order =
        SmallOrder(fmt::format("order{:03}", album), songs, static_cast<Bundling>(random_.Between(0, 2)));
    if (random_.Chance(250)) {  // somebody else submits the same, or another album under its id
      Client& other = clients_.emplace_back();
      other.peer.name = fmt::format("other client {}", album);
      other.order = client.order;
      if (random_.Chance(400)) other.order = SmallOrder(client.order.id(), MakeSongs(9));
    }
  }
  if (random_.Chance(400)) {  // the master of the first one is changed
    Client& again = clients_.emplace_back();
    again.peer.name = "client again";
    std::vector<SmallSong> songs = first;
    for (SmallSong& song : songs) {
      if (!song.finish.empty()) song.finish += "m";
      if (!song.proof.empty()) song.proof += "m";
    }
    again.order = SmallOrder("again000", songs, static_cast<Bundling>(random_.Between(0, 2)));
  }
  for (Client& client : clients_) {
    const absl::Duration latest = client.order.id() == "again000" ? faults_end_ : (now_ + faults_end_) / 2;
    At(random_.Time(now_, latest), [this, &client] { Submit(client); });
    if (random_.Chance(150)) {
      At(random_.Time(now_, faults_end_), [this, &client] { Steer(client, "pause", 0); });
      At(random_.Time(now_, faults_end_), [this, &client] { Steer(client, "resume", 0); });
    }
    if (random_.Chance(120))
      At(random_.Time(now_, faults_end_), [this, &client] { Steer(client, "cancel", 0); });
  }
}

void Simulation::Submit(Client& client) {
  if (client.is_accepted || client.is_over) return;
  Ask<SubmitResponse>(
      client.peer, fmt::format("{} submits {}", client.peer.name, client.order.id()), Seconds(5),
      [this, &client](Desk& desk, Answer<SubmitResponse> answer) {
        std::vector<std::string> gone;
        for (const PlannedJob& job : client.order.plan().jobs()) {
          const JobResult* result = desk.book().ResultOf(job.key());
          if (result != nullptr && !MissingOf(BlobsOf({*result})).empty()) gone.push_back(job.key());
        }
        for (const Source& source : client.order.plan().sources()) blobs_.insert(source.digest().sha256());
        const int64_t free_bytes = HasFaults() && random_.Chance(20) ? 10 : FreeBytes();
        desk.Submit(client.order, gone, free_bytes, now_,
                    [this, &client, answer](const absl::StatusOr<SubmitResponse>& response) {
                      checker_.Submitted(client.order, response);
                      answer(response);
                    });
      },
      [this, &client](const absl::StatusOr<SubmitResponse>& response) {
        if (absl::IsAlreadyExists(response.status())) {
          client.is_over = true;
        } else if (!response.ok()) {
          After(random_.Time(Milliseconds(200), Seconds(2)), [this, &client] { Submit(client); });
        } else if (!client.is_accepted) {
          client.is_accepted = true;
          Watch(client);
        }
      });
  if (HasFaults() && random_.Chance(50)) Submit(client);  // twice at once
}

void Simulation::Watch(Client& client) {
  if (client.seen_life != life_) client.seen = 0;
  client.seen_life = life_;
  Ask<Seen>(
      client.peer, fmt::format("{} watches {}", client.peer.name, client.order.id()), Seconds(25),
      [this, &client, life = life_, seen = client.seen](Desk& desk, Answer<Seen> answer) {
        const std::string& id = client.order.id();
        desk.WatchFrom(
            id, life == life_ ? seen : 0, now_, [this, id, answer](const absl::StatusOr<Seen>& told) {
              checker_.Told(id, told.ok() ? absl::StatusOr<OrderStatus>(told->status) : told.status());
              answer(told);
            });
      },
      [this, &client](const absl::StatusOr<Seen>& told) {
        if (!told.ok()) {
          client.seen = 0;
          After(Seconds(1), [this, &client] { Watch(client); });
          return;
        }
        client.seen = told->revision;
        const OrderStatus::State state = told->status.state();
        if (state == OrderStatus::done) return Collect(client);
        if (state >= OrderStatus::done) {
          client.is_over = true;
          return;
        }
        Watch(client);
      });
}

// Downloads what the package names. What is not there any more the server notices then.
void Simulation::Collect(Client& client) {
  const auto again = [this, &client] { After(Seconds(1), [this, &client] { Watch(client); }); };
  Ask<Package>(
      client.peer, fmt::format("{} collects {}", client.peer.name, client.order.id()), Seconds(5),
      [this, &client](Desk& desk, Answer<Package> answer) {
        const std::string& id = client.order.id();
        desk.GetPackage(id, [this, id, answer](const absl::StatusOr<Package>& package) {
          checker_.PackageTold(id, package);
          answer(package);
        });
      },
      [this, &client, again](const absl::StatusOr<Package>& package) {
        if (!package.ok()) return again();
        std::vector<Digest> files;
        for (const File& file : package->manifest().files()) {
          Digest& digest = files.emplace_back();
          digest.set_sha256(absl::HexStringToBytes(file.sha256()));
          digest.set_size_bytes(file.size_bytes());
        }
        const std::vector<Digest> missing = MissingOf(files);
        if (missing.empty()) {
          client.is_over = true;
          return;
        }
        for (const Digest& digest : missing) {
          Log("{} misses {}", client.peer.name, NameOf(digest.sha256()));
          Enter([&](Desk& desk) { desk.BlobLost(digest); });
        }
        client.seen = 0;
        again();
      });
}

void Simulation::Steer(Client& client, const std::string& how, int tries) {
  if (tries > kMostTries) return;
  const std::string id = client.order.id();
  if (how == "pause") checker_.Count(Event::kPause);
  Ask<OrderStatus>(
      client.peer, fmt::format("{} says {} {}", client.peer.name, how, id), Seconds(3),
      [this, how, id](Desk& desk, Answer<OrderStatus> answer) {
        if (how == "cancel" && in_flight_orders_.contains(id)) checker_.Count(Event::kCancelRacing);
        const auto tell = [this, how, id, answer](const absl::StatusOr<OrderStatus>& status) {
          if (how == "cancel") {
            checker_.CancelTold(id, status);
          } else {
            checker_.Told(id, status);
          }
          answer(status);
        };
        if (how == "cancel") return desk.Cancel(id, tell);
        if (how == "pause") return desk.Pause(id, tell);
        desk.Resume(id, tell);
      },
      [this, &client, how, tries](const absl::StatusOr<OrderStatus>& status) {
        if (!status.ok() && !absl::IsNotFound(status.status()))
          After(Seconds(1), [this, &client, how, tries] { Steer(client, how, tries + 1); });
      });
}

// Late messages may pause an order when faults are over.
void Simulation::ResumePaused() {
  for (Client& client : clients_) {
    if (checker_.StateOf(client.order.id()) == OrderStatus::paused) Steer(client, "resume", 0);
  }
  After(Seconds(5), [this] { ResumePaused(); });
}

}  // namespace trackout::test
