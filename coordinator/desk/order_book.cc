#include "coordinator/desk/order_book.h"

#include <algorithm>

#include "coordinator/package/manifest.h"
#include "core/digest.h"

namespace trackout {
namespace {

// The worst verdict of all proofs.
std::string VerdictOf(const Manifest& manifest) {
  std::string worst = "passed";
  for (const SongFacts& song : manifest.songs()) {
    for (const Proof& proof : song.proofs()) {
      if (proof.verdict() == "failed") return "failed";
      if (proof.has_verdict() && proof.verdict() != "passed") worst = proof.verdict();
    }
  }
  return worst;
}

}  // namespace

bool IsPrint(const PlannedJob& job) {
  return job.job().has_print();
}

bool IsProof(const PlannedJob& job) {
  return job.job().has_sum_proof();
}

bool SameResult(const JobResult& one, const JobResult& other) {
  return CanonicalEncoding(one) == CanonicalEncoding(other);
}

std::set<SongRef> OrderBook::Apply(const Update& update) {
  std::set<SongRef> touched;
  const auto touch = [&](const std::string& key) { Touch(key, touched); };
  switch (update.change_case()) {
    case Update::kOrderAccepted:
      Accept(update.order_accepted());
      TouchAll(*orders_.at(update.order_accepted().id()), touched);
      break;
    case Update::kJobsDone:
      for (const JobResult& result : update.jobs_done().results()) {
        Keep(result);
        touch(result.job_key());
      }
      break;
    case Update::kJobFailed:
      Fail(update.job_failed());
      for (const std::string& key : update.job_failed().job_keys()) touch(key);
      break;
    case Update::kResultsForgotten:
      for (const std::string& key : update.results_forgotten().job_keys()) {
        Forget(key);
        touch(key);
      }
      break;
    case Update::kOrderCanceled:
      if (BookedOrder* booked = FindOpen(update.order_canceled())) {
        booked->is_canceled = true;
        booked->ended_unix_ms = std::max<int64_t>(1, update.unix_ms());
        TouchAll(*booked, touched);
      }
      SortPrints(touched);
      return touched;
    case Update::kOrderPaused:
    case Update::kOrderResumed: {
      const bool pauses = update.change_case() == Update::kOrderPaused;
      if (BookedOrder* booked = FindOpen(pauses ? update.order_paused() : update.order_resumed())) {
        booked->is_paused = pauses;
        TouchAll(*booked, touched);
      }
      return touched;
    }
    case Update::CHANGE_NOT_SET:
      break;
  }
  for (const auto& [order, number] : touched) Recount(*orders_.at(order), number, update.unix_ms());
  SortPrints(touched);
  return touched;
}

const BookedOrder* OrderBook::Find(const std::string& order) const {
  const auto found = orders_.find(order);
  return found == orders_.end() ? nullptr : found->second.get();
}

BookedOrder* OrderBook::FindOpen(const std::string& order) {
  const auto found = orders_.find(order);
  return found == orders_.end() || found->second->HasEnded() ? nullptr : found->second.get();
}

const JobResult* OrderBook::ResultOf(const std::string& job_key) const {
  const auto found = results_.find(job_key);
  return found == results_.end() ? nullptr : &found->second;
}

const std::vector<Failure>& OrderBook::FailuresOf(const std::string& job_key) const {
  static const auto& none = *new std::vector<Failure>;
  const auto found = failures_.find(job_key);
  return found == failures_.end() ? none : found->second;
}

JobResults OrderBook::ResultsOf(const BookedOrder& booked) const {
  JobResults results;
  for (const PlannedJob& job : booked.order.plan().jobs()) {
    if (const JobResult* result = ResultOf(job.key())) results[job.key()] = *result;
  }
  return results;
}

std::vector<std::string> OrderBook::MakersOf(const Digest& digest) const {
  const auto found = makers_of_.find(digest.sha256());
  if (found == makers_of_.end()) return {};
  std::vector<std::string> makers;
  for (const std::string& key : found->second) {
    const auto& outputs = results_.at(key).outputs();
    if (std::any_of(outputs.begin(), outputs.end(),
                    [&](const Rendered& output) { return SameDigest(output.digest(), digest); }))
      makers.push_back(key);
  }
  return makers;
}

const std::vector<SongRef>& OrderBook::WantedBy(const std::string& job_key) const {
  static const auto& none = *new std::vector<SongRef>;
  const auto found = wanted_by_.find(job_key);
  return found == wanted_by_.end() ? none : found->second;
}

bool OrderBook::IsReadByOpenSong(const BookedOrder& booked, const std::string& job_key) const {
  if (booked.HasEnded()) return false;
  const auto readers = booked.readers.find(job_key);
  if (readers == booked.readers.end()) return false;
  return std::any_of(readers->second.begin(), readers->second.end(), [&](const PlannedJob* reader) {
    return !IsDone(reader->key()) &&
           std::any_of(reader->songs().begin(), reader->songs().end(),
                       [&](int song) { return booked.songs[static_cast<size_t>(song - 1)].is_open; });
  });
}

bool OrderBook::IsNeeded(const BookedOrder& booked, const BookedSong& song, const PlannedJob& job) const {
  if (booked.HasEnded() || !song.is_open || IsDone(job.key())) return false;
  return !IsPrint(job) || IsReadByOpenSong(booked, job.key());
}

bool OrderBook::IsNeededByAny(const std::string& job_key) const {
  for (const auto& [order, number] : WantedBy(job_key)) {
    const BookedOrder& booked = *Find(order);
    if (IsNeeded(booked, booked.songs[static_cast<size_t>(number - 1)], *booked.jobs.at(job_key)))
      return true;
  }
  return false;
}

bool OrderBook::IsReadByOpenSong(const std::string& job_key) const {
  const std::vector<SongRef>& songs = WantedBy(job_key);
  return std::any_of(songs.begin(), songs.end(),
                     [&](const SongRef& song) { return IsReadByOpenSong(*Find(song.first), job_key); });
}

int64_t OrderBook::BytesOf(const std::string& job_key) const {
  int64_t bytes = 0;
  const JobResult* result = ResultOf(job_key);
  if (result == nullptr) return bytes;
  for (const Rendered& output : result->outputs()) bytes += output.digest().size_bytes();
  return bytes;
}

void OrderBook::SortPrints(const std::set<SongRef>& touched) {
  std::set<std::string> prints;
  for (const auto& [order, number] : touched) {
    for (const PlannedJob* job : orders_.at(order)->songs[static_cast<size_t>(number - 1)].jobs) {
      if (IsPrint(*job) && IsDone(job->key())) prints.insert(job->key());
    }
  }
  for (const std::string& key : prints) {
    if (IsReadByOpenSong(key)) {
      TakeUp(key);
    } else {
      PutAside(key);
    }
  }
}

void OrderBook::PutAside(const std::string& print_key) {
  if (!kept_since_.emplace(print_key, put_aside_ + 1).second) return;
  kept_prints_[++put_aside_] = print_key;
  kept_bytes_ += BytesOf(print_key);
}

void OrderBook::TakeUp(const std::string& print_key) {
  const auto kept = kept_since_.find(print_key);
  if (kept == kept_since_.end()) return;
  kept_bytes_ -= BytesOf(print_key);
  kept_prints_.erase(kept->second);
  kept_since_.erase(kept);
}

void OrderBook::Accept(const Order& order) {
  if (orders_.contains(order.id())) return;  // the first one of an id is the order
  auto booked = std::make_unique<BookedOrder>();
  booked->order = order;
  booked->sequence = static_cast<int64_t>(orders_.size()) + 1;
  booked->songs.resize(static_cast<size_t>(order.plan().manifest().songs_size()));
  booked->open_songs = static_cast<int>(booked->songs.size());
  for (const PlannedJob& job : booked->order.plan().jobs()) {
    // An order that is submitted anew after a failure has its attempts anew.
    if (!IsNeededByAny(job.key())) failures_.erase(job.key());
    TakeUp(job.key());  // where nothing is left to read it, it is put aside again, as the latest
    booked->jobs[job.key()] = &job;
    for (const std::string& need : job.needs()) booked->readers[need].push_back(&job);
    for (const int song : job.songs()) {
      booked->songs[static_cast<size_t>(song - 1)].jobs.push_back(&job);
      wanted_by_[job.key()].emplace_back(order.id(), song);
    }
  }
  by_sequence_[booked->sequence] = booked.get();
  orders_[order.id()] = std::move(booked);
}

void OrderBook::Keep(const JobResult& result) {
  if (!results_.emplace(result.job_key(), result).second) return;  // the first one stays
  for (const Rendered& output : result.outputs())
    makers_of_[output.digest().sha256()].insert(result.job_key());
}

void OrderBook::Fail(const JobFailed& failed) {
  std::map<SongRef, int> wanting;  // how many of the jobs a song wants
  for (const std::string& key : failed.job_keys()) {
    failures_[key].push_back({failed.worker(), failed.reason(), failed.attempt()});
    if (!failed.is_final() || IsDone(key)) continue;
    for (const SongRef& song : WantedBy(key)) ++wanting[song];
  }
  // A song that shares some of a bundle's jobs is not the one that the bundle was for: it has its own try.
  const int all = static_cast<int>(std::count_if(failed.job_keys().begin(), failed.job_keys().end(),
                                                 [this](const std::string& key) { return !IsDone(key); }));
  for (const auto& [ref, count] : wanting) {
    BookedOrder* booked = FindOpen(ref.first);
    if (booked == nullptr || count < all) continue;
    BookedSong& song = booked->songs[static_cast<size_t>(ref.second - 1)];
    if (song.is_failed || song.is_done) continue;
    song.is_failed = true;
    song.source_at_fault = failed.source_at_fault();
    song.failure = failed.reason();
  }
}

void OrderBook::Forget(const std::string& job_key) {
  const auto found = results_.find(job_key);
  if (found == results_.end()) return;
  TakeUp(job_key);
  for (const Rendered& output : found->second.outputs()) {
    const auto makers = makers_of_.find(output.digest().sha256());
    if (makers == makers_of_.end()) continue;
    makers->second.erase(job_key);
    if (makers->second.empty()) makers_of_.erase(makers);
  }
  results_.erase(found);
}

void OrderBook::Recount(BookedOrder& booked, int number, int64_t unix_ms) {
  if (booked.is_canceled) return;
  BookedSong& song = booked.songs[static_cast<size_t>(number - 1)];
  song.is_done = !song.is_failed &&
                 std::all_of(song.jobs.begin(), song.jobs.end(),
                             [this](const PlannedJob* job) { return IsPrint(*job) || IsDone(job->key()); });
  const bool is_open = !song.is_done && !song.is_failed;
  if (is_open != song.is_open) booked.open_songs += is_open ? 1 : -1;
  song.is_open = is_open;
  if (booked.open_songs > 0) {
    booked.ended_unix_ms = 0;  // again, where a blob was lost
    booked.verdict.clear();
  } else if (!booked.HasEnded()) {
    booked.ended_unix_ms = std::max<int64_t>(1, unix_ms);
    const bool has_failed = std::any_of(booked.songs.begin(), booked.songs.end(),
                                        [](const BookedSong& one) { return one.is_failed; });
    if (!has_failed) booked.verdict = VerdictOf(FinishedManifest(booked.order.plan(), ResultsOf(booked)));
  }
}

void OrderBook::TouchAll(const BookedOrder& booked, std::set<SongRef>& touched) {
  for (size_t i = 0; i < booked.songs.size(); ++i) touched.emplace(booked.order.id(), i + 1);
}

void OrderBook::Touch(const std::string& job_key, std::set<SongRef>& touched) const {
  for (const SongRef& song : WantedBy(job_key)) touched.insert(song);
}

}  // namespace trackout
