// Known stories of the farm, as text: stories/*.txt. Each is commands with the replies that are expected; the
// first lines of a file that begin with '#' say what it tells, and so may any other line. An indented line
// belongs to the command above it: a reply.
//
//   order ID [song|job] SONG SONG ...   submits. A song: prints/raw tracks, "p1,p2/r1"; a finish and a proof
//                                       where it has prints, named after the first one: p1f, p1v; with "+2"
//                                       behind it, of another master: p1f2, p1v2; ":4000": its frames
//   other ID SONG ...                   submits another album under the id
//   plan ID [song|job] SONG ...         asks for the room of an order whose sources are still to be sent
//   cancel | pause | resume | status | package ID
//   ask WORKER [ahead] [version=N]      a question, with a new number, that waits 10 s
//   again WORKER                        the last question once more
//   hold WORKER [LEASE]                 renews its last lease, or that one (leases are called L1, L2, ...)
//   done WORKER [LEASE] [only JOB] [wrong] [missing]
//   back WORKER [LEASE] CAUSE           gives it back
//   restart-worker WORKER | drain WORKER | workers
//   lost JOB | lost-source JOB          a blob is gone
//   disk full | disk free | disk slow   slow: batches stay on their way, until `settle`
//   room BYTES                          so much is free in the store, whatever is removed from it
//   upload BYTES                        a blob for which that is too little
//   settle
//   wait DURATION                       in steps of 250 ms
//   crash                               the coordinator is killed, with what was on its way, and starts again
//
// Replies to calls that waited stand behind the command that brought them.
#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>

#include "coordinator/desk/desk.h"
#include "coordinator/desk/order_status.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/coordinator/desk/small_plans.h"
#include "tests/support/folder.h"

namespace trackout::test {
namespace {

std::vector<std::string> Split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

SmallSong SongFrom(const std::string& word) {
  SmallSong song;
  const size_t colon = word.find(':');
  if (colon != std::string::npos) song.frames = std::stoll(word.substr(colon + 1));
  const size_t plus = word.find('+');
  const std::string master = plus < colon ? word.substr(plus + 1, colon - plus - 1) : "";
  const std::string jobs = word.substr(0, std::min(plus, colon));
  const size_t slash = jobs.find('/');
  song.prints = Split(jobs.substr(0, slash), ',');
  if (slash != std::string::npos) song.raw_tracks = Split(jobs.substr(slash + 1), ',');
  if (song.prints.empty()) return song;
  song.finish = song.prints.front() + "f" + master;
  song.proof = song.prints.front() + "v" + master;
  return song;
}

class Story {
 public:
  Story() { Start(); }

  // Replies to the command, one a line.
  std::string Tell(const std::string& line) {
    words_ = Split(line, ' ');
    const std::string command = Next();
    if (command == "order" || command == "other" || command == "plan") {
      SubmitOrder(command);
    } else if (command == "cancel" || command == "pause" || command == "resume" || command == "status") {
      Steer(command);
    } else if (command == "package") {
      desk_->GetPackage(Next(), [this](const absl::StatusOr<Package>& package) {
        Say(package.ok() ? fmt::format("{} files", package->manifest().files_size())
                         : Reason(package.status()));
      });
    } else if (command == "ask" || command == "again") {
      Ask(command == "again");
    } else if (command == "hold") {
      Hold();
    } else if (command == "done") {
      HandIn();
    } else if (command == "back") {
      GiveBack();
    } else if (command == "restart-worker") {
      ++incarnations_[Next()];
    } else if (command == "drain") {
      desk_->Drain(Next(), [this](const absl::StatusOr<WorkerStatus>& worker) {
        Say(worker.ok() ? "draining" : Reason(worker.status()));
      });
    } else if (command == "workers") {
      TellWorkers();
    } else if (command == "lost" || command == "lost-source") {
      const std::string name = Next();
      desk_->BlobLost(command == "lost" ? ResultOf(jobs_.at(KeyNamed(name))).outputs(0).digest()
                                        : SourceOf(name));
    } else if (command == "disk") {
      disk_ = Next();
    } else if (command == "settle") {
      SettleAll();
    } else if (command == "room") {
      free_bytes_ = std::stoll(Next());
    } else if (command == "upload") {
      Say(desk_->MakeRoom(std::stoll(Next()), free_bytes_) ? "comes again" : "is refused");
    } else if (command == "wait") {
      Wait();
    } else if (command == "crash") {
      Start();
    } else {
      Say("there is no command " + command);
    }
    Run();
    return std::exchange(said_, {});
  }

 private:
  struct Known {
    std::string name;
    Lease lease;
  };

  std::string Next() {
    if (words_.empty()) return "";
    std::string word = words_.front();
    words_.erase(words_.begin());
    return word;
  }
  bool Has(const std::string& word) {
    const auto found = std::find(words_.begin(), words_.end(), word);
    if (found == words_.end()) return false;
    words_.erase(found);
    return true;
  }
  void Say(const std::string& reply) { said_ += "  " + reply + "\n"; }
  static std::string Reason(const absl::Status& status) {
    return absl::StatusCodeToString(status.code()) + ": " + std::string(status.message());
  }

  void Start() {
    DeskSettings settings;
    settings.lease = absl::Seconds(15);
    settings.return_time = absl::Seconds(3);
    settings.most_kept_print_bytes = 4000;  // a print has 1000
    settings.room_beside_prints = 1000;
    desk_ = std::make_unique<Desk>(settings, ++term_, [this] {
      std::string nonce = fmt::format("L{}", ++leases_);
      nonce.resize(16, '.');
      return nonce;
    });
    for (const Update& update : journal_) desk_->Replay(update);
    desk_->Begin(now_);
  }

  // Gives answers, and writes the journal unless its disk is slow.
  void Run() {
    while (true) {
      const auto answers = desk_->TakeAnswers();
      for (const auto& answer : answers) answer();
      for (const Digest& blob : desk_->TakeUnread()) Say("the store drops " + NameOf(blob.sha256()));
      for (const std::string& alarm : desk_->TakeAlarms()) Say(alarm.substr(0, alarm.find(" has other")));
      if (desk_->IsSettled() || disk_ == "slow") return;
      const std::vector<Update> updates = desk_->TakeUpdates(absl::ToInt64Milliseconds(now_));
      const bool is_full = disk_ == "full";
      if (!is_full) journal_.insert(journal_.end(), updates.begin(), updates.end());
      desk_->Settle(is_full ? absl::ResourceExhaustedError("the disk is full") : absl::OkStatus(), now_);
      if (is_full) return Flush();
    }
  }
  void Flush() {
    for (const auto& answer : desk_->TakeAnswers()) answer();
  }
  void SettleAll() {
    const std::string before = std::exchange(disk_, "free");
    Run();
    disk_ = before;
  }
  void Wait() {
    absl::Duration time;
    if (!absl::ParseDuration(Next(), &time)) Say("a duration, please");
    for (const absl::Duration end = now_ + time; now_ < end;) {
      now_ += absl::Milliseconds(250);
      desk_->Tick(now_, free_bytes_);
      Run();
    }
  }

  void SubmitOrder(const std::string& command) {
    const std::string id = Next();
    const Bundling bundling = Has("song") ? BUNDLING_SONG : Has("job") ? BUNDLING_JOB : BUNDLING_FARM;
    std::vector<SmallSong> songs;
    for (const std::string& word : words_) songs.push_back(SongFrom(word));
    const Order order = SmallOrder(id, songs, bundling);
    for (const PlannedJob& job : order.plan().jobs()) jobs_[job.key()] = job;
    const auto tell = [this](const absl::StatusOr<SubmitResponse>& response) {
      Say(!response.ok()           ? Reason(response.status())
          : response->has_status() ? InWords(response->status())
                                   : "there is room");
    };
    if (command == "plan") return desk_->MakeRoomFor(order, free_bytes_, {}, tell);
    desk_->Submit(order, {}, free_bytes_, now_, tell);
  }

  static std::string InWords(const OrderStatus& status) {
    std::string told = status.order() + " " + OrderStatus::State_Name(status.state()) + ":";
    for (const SongStatus& song : status.songs()) {
      told +=
          fmt::format(" {} {}/{}", SongStatus::State_Name(song.state()), song.jobs_done(), song.jobs_total());
      if (!song.failure().empty()) told += " (" + song.failure() + ")";
    }
    return status.trouble().empty() ? told : told + "; " + status.trouble();
  }

  void Steer(const std::string& command) {
    const std::string order = Next();
    const auto tell = [this, command](const absl::StatusOr<OrderStatus>& status) {
      Say((command == "status" ? "" : command + ": ") +
          (status.ok() ? InWords(*status) : Reason(status.status())));
    };
    if (command == "cancel") return desk_->Cancel(order, tell);
    if (command == "pause") return desk_->Pause(order, tell);
    if (command == "resume") return desk_->Resume(order, tell);
    desk_->Status(order, tell);
  }

  Worker Card(const std::string& name) {
    return WorkerNamed(name, incarnations_[name] + 1, 1, versions_[name] + 1);
  }

  void Ask(bool again) {
    const std::string name = Next();
    if (Has("version=2")) versions_[name] = 1;
    AcquireRequest request;
    *request.mutable_worker() = Card(name);
    request.set_number(again ? numbers_[name] : ++numbers_[name]);
    request.set_wait_ms(10'000);
    if (Has("ahead")) request.set_need(AcquireRequest::ahead);
    desk_->Acquire(request, now_, [this, name](const absl::StatusOr<AcquireResponse>& response) {
      if (!response.ok()) return Say(name + ": " + Reason(response.status()));
      if (response->drain()) return Say(name + ": drain");
      if (!response->has_lease()) return Say(name + ": nothing");
      const std::string lease = NameOf(response->lease().nonce());
      known_[lease] = {lease, response->lease()};
      last_[name] = lease;
      Say(fmt::format("{} gets {}: {}", name, lease, JobsOf(response->lease())));
    });
  }

  static std::string JobsOf(const Lease& lease) {
    std::string names;
    for (const std::string& key : lease.job_keys()) names += (names.empty() ? "" : " ") + NameOf(key);
    return names;
  }

  Lease LeaseOf(const std::string& worker) {
    const std::string named = !words_.empty() && known_.contains(words_.front()) ? Next() : last_[worker];
    return known_[named].lease;
  }

  void Hold() {
    const std::string name = Next();
    RenewRequest request;
    *request.mutable_worker() = Card(name);
    *request.add_leases()->mutable_lease() = LeaseOf(name);
    desk_->Renew(request, now_, [this, name](const absl::StatusOr<RenewResponse>& response) {
      if (!response.ok()) return Say(name + ": " + Reason(response.status()));
      Say(name + (response->lost_nonces().empty() ? " keeps it" : " has lost it") +
          (response->drain() ? ", drain" : ""));
    });
  }

  void HandIn() {
    const std::string name = Next();
    CompleteRequest request;
    *request.mutable_worker() = Card(name);
    *request.mutable_lease() = LeaseOf(name);
    const bool is_wrong = Has("wrong"), is_missing = Has("missing");
    const std::string only = Has("only") ? Next() : "";
    std::vector<Digest> missing;
    for (const std::string& key : request.lease().job_keys()) {
      if (!only.empty() && key != KeyNamed(only)) continue;
      *request.add_results() = is_wrong ? WrongResultOf(jobs_.at(key)) : ResultOf(jobs_.at(key));
      for (const Rendered& output : request.results(request.results_size() - 1).outputs())
        missing.push_back(output.digest());
    }
    if (!is_missing) missing.clear();
    desk_->Complete(request, missing, now_, [this, name](const absl::StatusOr<CompleteResponse>& response) {
      Say(name + ": " +
          (response.ok() ? CompleteResponse::Verdict_Name(response->verdict()) : Reason(response.status())));
    });
  }

  void GiveBack() {
    const std::string name = Next();
    ReleaseRequest request;
    *request.mutable_worker() = Card(name);
    *request.mutable_lease() = LeaseOf(name);
    ReleaseRequest::Cause cause = ReleaseRequest::given_back;
    if (!ReleaseRequest::Cause_Parse(Next(), &cause)) Say("no such cause");
    request.set_cause(cause);
    request.set_reason(ReleaseRequest::Cause_Name(cause));
    desk_->Release(request, {}, now_, [this, name](const absl::StatusOr<ReleaseResponse>& response) {
      Say(name + ": " + (response.ok() ? "given back" : Reason(response.status())));
    });
  }

  void TellWorkers() {
    desk_->ListWorkers([this](const absl::StatusOr<ListWorkersResponse>& response) {
      for (const WorkerStatus& worker : response->workers()) {
        Say(fmt::format("{} {}, {} leases, {} failures", worker.name(),
                        WorkerStatus::State_Name(worker.state()), worker.leases(), worker.failures()));
      }
    });
  }

  absl::Duration now_ = absl::Seconds(100);
  int64_t term_ = 0;
  int leases_ = 0;
  std::string disk_ = "free";
  int64_t free_bytes_ = int64_t{1} << 40;
  std::vector<Update> journal_;
  std::unique_ptr<Desk> desk_;
  std::map<std::string, PlannedJob> jobs_;  // by key
  std::map<std::string, Known> known_;      // leases, by name
  std::map<std::string, std::string> last_;
  std::map<std::string, int> incarnations_, versions_;
  std::map<std::string, int64_t> numbers_;
  std::vector<std::string> words_;
  std::string said_;
};

// The story, with the replies that it really gets.
std::string Retell(const std::string& text) {
  Story story;
  std::string told;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(' ')) continue;
    told += line + "\n";
    if (!line.empty() && line[0] != '#') told += story.Tell(line);
  }
  return told;
}

std::string Difference(const std::string& expected, const std::string& told) {
  const std::vector<std::string> before = Split(expected, '\n'), after = Split(told, '\n');
  std::string difference;
  size_t i = 0, k = 0;
  while (i < before.size() || k < after.size()) {
    if (i < before.size() && k < after.size() && before[i] == after[k]) {
      difference += "  " + before[i++] + "\n";
      ++k;
      continue;
    }
    // Replies differ; commands, which are not indented, are the same in both.
    while (i < before.size() && before[i].starts_with(' ') && (k >= after.size() || before[i] != after[k]))
      difference += "- " + before[i++] + "\n";
    while (k < after.size() && after[k].starts_with(' ') && (i >= before.size() || before[i] != after[k]))
      difference += "+ " + after[k++] + "\n";
  }
  return difference;
}

class StoriesTest : public testing::TestWithParam<std::string> {};

// TRACKOUT_RETELL writes the replies into the files, for a person to read before they are believed.
TEST_P(StoriesTest, GoesAsItIsTold) {
  const std::string path = SOURCE_FOLDER "/tests/coordinator/desk/stories/" + GetParam() + ".txt";
  const std::string expected = ReadFile(path);
  const std::string told = Retell(expected);
  if (std::getenv("TRACKOUT_RETELL") != nullptr) return WriteFile(path, told);
  if (told != expected) ADD_FAILURE() << path << "\n" << Difference(expected, told);
}

std::vector<std::string> AllStories() {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(SOURCE_FOLDER "/tests/coordinator/desk/stories"))
    names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(, StoriesTest, testing::ValuesIn(AllStories()),
                         [](const auto& story) { return story.param; });

}  // namespace
}  // namespace trackout::test
