#include "coordinator/desk/dispatcher.h"

#include <algorithm>

#include "core/job_sources.h"

namespace trackout {
namespace {

// Offers and workers that are held against each other for one assignment: enough to find a worker that holds
// the sources, few enough to be quick.
constexpr int kMostCompared = 32;

// A strip and each of its inserts.
int64_t StreamsOf(const google::protobuf::RepeatedPtrField<Strip>& strips) {
  int64_t streams = strips.size();
  for (const Strip& strip : strips) streams += strip.inserts_size();
  return streams;
}

int64_t CostOf(const PlannedJob& planned) {
  const RenderJob& job = planned.job();
  const Finish& finish = job.finish();
  int64_t streams = StreamsOf(job.print().strips()) + StreamsOf(job.print().whole()) +
                    StreamsOf(job.track_files().whole()) + finish.mix_files_size() +
                    job.sum_proof().stems_size() + 1;
  for (const TrackFile& track : job.track_files().tracks()) {
    for (const TrackSignal& signal : track.signals()) streams += 1 + signal.inserts_size();
  }
  for (const StemSet& set : finish.stem_sets()) streams += set.stems_size();
  // Prints are longer than what is made of them, and each mix goes through the master at their length.
  int64_t of_prints = finish.prints_size();
  for (const Mix& mix : finish.mixes()) {
    if (mix.master() != MASTER_NONE) of_prints += finish.master().inserts_size();
  }
  return streams * job.frames() + of_prints * finish.prints_frames();
}

Unit UnitOf(const SongRef& song, std::vector<const PlannedJob*> jobs) {
  Unit unit{song, std::move(jobs), 0};
  for (const PlannedJob* job : unit.jobs) unit.cost += CostOf(*job);
  return unit;
}

bool IsReady(const OrderBook& book, const PlannedJob& job) {
  return std::all_of(job.needs().begin(), job.needs().end(),
                     [&](const std::string& need) { return book.IsDone(need); });
}

// Whether somebody has already got, or done, every job that would read the print.
bool HasNoReaderLeft(const OrderBook& book, const LeaseTable& table, const BookedOrder& booked,
                     const PlannedJob& print) {
  const auto readers = booked.readers.find(print.key());
  return readers == booked.readers.end() ||
         std::all_of(readers->second.begin(), readers->second.end(), [&](const PlannedJob* reader) {
           return book.IsDone(reader->key()) || table.HolderOf(reader->key()) != nullptr;
         });
}

// The needed jobs of a song that nobody has.
struct FreeJobs {
  std::vector<const PlannedJob*> all;
  bool has_leased = false;  // somebody has a job of the song
};

FreeJobs FreeJobsOf(const OrderBook& book, const LeaseTable& table, const BookedOrder& booked,
                    const BookedSong& song) {
  FreeJobs free;
  for (const PlannedJob* job : song.jobs) {
    if (!book.IsNeeded(booked, song, *job)) continue;
    if (table.HolderOf(job->key()) != nullptr) {
      free.has_leased = true;
    } else if (!IsPrint(*job) || !HasNoReaderLeft(book, table, booked, *job)) {
      free.all.push_back(job);
    }
  }
  return free;
}

// Everything but proofs, where it makes files: prints alone are nothing to deliver.
std::vector<const PlannedJob*> BundleOf(const std::vector<const PlannedJob*>& jobs) {
  std::vector<const PlannedJob*> bundle;
  bool makes_files = false;
  for (const PlannedJob* job : jobs) {
    if (IsProof(*job)) continue;
    bundle.push_back(job);
    makes_files = makes_files || !IsPrint(*job);
  }
  return makes_files ? bundle : std::vector<const PlannedJob*>{};
}

// Whether what the bundle needs is in it or done.
bool IsWhole(const OrderBook& book, const std::vector<const PlannedJob*>& bundle) {
  std::set<std::string> inside;
  for (const PlannedJob* job : bundle) inside.insert(job->key());
  return std::all_of(bundle.begin(), bundle.end(), [&](const PlannedJob* job) {
    return std::all_of(job->needs().begin(), job->needs().end(),
                       [&](const std::string& need) { return inside.contains(need) || book.IsDone(need); });
  });
}

bool HasFailedOn(const OrderBook& book, const Unit& unit, const std::string& worker) {
  return std::any_of(unit.jobs.begin(), unit.jobs.end(), [&](const PlannedJob* job) {
    const std::vector<Failure>& failures = book.FailuresOf(job->key());
    return std::any_of(failures.begin(), failures.end(),
                       [&](const Failure& one) { return one.worker == worker; });
  });
}

// Whether the worker's build renders such jobs.
bool Knows(const WorkerEntry& worker, const Unit& unit) {
  return std::all_of(unit.jobs.begin(), unit.jobs.end(), [&](const PlannedJob* job) {
    return job->job().engine_version() == worker.card.engine_version() &&
           !worker.refused.contains(job->key());
  });
}

}  // namespace

std::set<std::string> Dispatcher::SourcesOf(const Unit& unit) {
  std::set<std::string> sources;
  for (const PlannedJob* job : unit.jobs) {
    for (const Digest* source : trackout::SourcesOf(job->job())) sources.insert(source->sha256());
  }
  return sources;
}

Dispatcher::SongOffers Dispatcher::OffersOf(const OrderBook& book, const LeaseTable& table,
                                            const SongRef& song) const {
  SongOffers result;
  const BookedOrder* booked = book.Find(song.first);
  if (booked == nullptr || booked->HasEnded() || booked->is_paused) return result;
  const FreeJobs free = FreeJobsOf(book, table, *booked, booked->songs[static_cast<size_t>(song.second - 1)]);
  const Bundling bundling = booked->order.bundling();
  const auto add = [&](std::vector<const PlannedJob*> jobs, bool for_whole, bool for_split) {
    Offer& offer = result.offers.emplace_back();
    offer.unit = UnitOf(song, std::move(jobs));
    offer.sources = SourcesOf(offer.unit);
    offer.rank = {booked->sequence, -offer.unit.cost, song, result.offers.size() - 1};
    offer.is_for_whole = for_whole;
    offer.is_for_split = for_split;
  };
  // A song that is under way job by job goes on so; a bundle would render again what others have.
  std::vector<const PlannedJob*> bundle;
  if (bundling == BUNDLING_SONG || (bundling == BUNDLING_FARM && !free.has_leased))
    bundle = BundleOf(free.all);
  if (!bundle.empty() && !IsWhole(book, bundle)) bundle.clear();
  result.has_choice = bundling == BUNDLING_FARM && !bundle.empty();
  if (!bundle.empty()) add(bundle, true, bundling == BUNDLING_SONG);
  for (const PlannedJob* job : free.all) {
    if (!IsReady(book, *job)) continue;
    if (IsProof(*job) || bundling == BUNDLING_JOB || (bundling == BUNDLING_FARM && bundle.empty())) {
      add({job}, true, true);
    } else if (bundling == BUNDLING_FARM) {
      add({job}, false, true);
    }
  }
  return result;
}

void Dispatcher::Drop(const SongRef& song) {
  const auto found = songs_.find(song);
  if (found == songs_.end()) return;
  for (const Offer& offer : found->second.offers) {
    whole_.erase(offer.rank);
    split_.erase(offer.rank);
  }
  if (found->second.has_choice) --songs_with_choice_;
  songs_.erase(found);
}

void Dispatcher::Refresh(const OrderBook& book, const LeaseTable& table) {
  for (const SongRef& song : touched_) {
    Drop(song);
    SongOffers offers = OffersOf(book, table, song);
    if (offers.offers.empty()) continue;
    for (const Offer& offer : offers.offers) {
      if (offer.is_for_whole) whole_.insert(offer.rank);
      if (offer.is_for_split) split_.insert(offer.rank);
    }
    if (offers.has_choice) ++songs_with_choice_;
    songs_[song] = std::move(offers);
  }
  touched_.clear();
}

bool Dispatcher::MayHave(const OrderBook& book, const LeaseTable& table, const std::string& worker,
                         const Unit& unit, absl::Duration now) const {
  if (!Knows(*table.FindWorker(worker), unit)) return false;
  if (!HasFailedOn(book, unit, worker)) return true;
  // It failed there: only where there is nobody else to try.
  return std::none_of(table.workers().begin(), table.workers().end(), [&](const auto& other) {
    return table.IsLive(other.second, now) && Knows(other.second, unit) &&
           !HasFailedOn(book, unit, other.first);
  });
}

std::optional<Assignment> Dispatcher::Best(const OrderBook& book, const LeaseTable& table,
                                           std::span<const Asking> asking, AcquireRequest::Need need,
                                           absl::Duration now) const {
  std::vector<size_t> askers;
  std::set<std::string> idle_workers;
  for (size_t i = 0; i < asking.size(); ++i) {
    const WorkerEntry* worker = table.FindWorker(asking[i].worker);
    if (asking[i].need != need || worker == nullptr || !table.IsLive(*worker, now) ||
        now < worker->rests_until)
      continue;
    askers.push_back(i);
    idle_workers.insert(asking[i].worker);
  }
  // One machine shares its disk and its cores between slots; splitting a song pays over several.
  const bool splits = need == AcquireRequest::idle && idle_workers.size() > 1 &&
                      songs_with_choice_ < static_cast<int>(askers.size());
  const std::set<Rank>& ranks = splits ? split_ : whole_;
  // Fetched ahead is what is left when every worker, and one that may come, has something to begin with.
  if (need == AcquireRequest::ahead && ranks.size() <= table.workers().size()) return std::nullopt;
  const Offer* best = nullptr;
  size_t best_asker = 0;
  double best_score = -1;
  int compared = 0;
  for (const Rank& rank : ranks) {
    if (best != nullptr && (std::get<0>(rank) != std::get<0>(best->rank) || ++compared > kMostCompared))
      break;
    const Offer& offer = songs_.at(std::get<2>(rank)).offers[std::get<3>(rank)];
    int able = 0;
    for (const size_t asker : askers) {
      const std::string& worker = asking[asker].worker;
      if (!MayHave(book, table, worker, offer.unit, now)) continue;
      if (++able > kMostCompared) break;
      const auto& holds = table.FindWorker(worker)->holds;
      const auto held = std::count_if(offer.sources.begin(), offer.sources.end(),
                                      [&](const std::string& source) { return holds.contains(source); });
      const double share =
          offer.sources.empty() ? 0 : static_cast<double>(held) / static_cast<double>(offer.sources.size());
      const double score = static_cast<double>(offer.unit.cost) * (1 + share);
      if (score <= best_score) continue;
      best = &offer;
      best_asker = asker;
      best_score = score;
    }
  }
  if (best == nullptr) return std::nullopt;
  return Assignment{best_asker, best->unit};
}

std::optional<Assignment> Dispatcher::Next(const OrderBook& book, const LeaseTable& table,
                                           std::span<const Asking> asking, absl::Duration now) {
  Refresh(book, table);
  for (const AcquireRequest::Need need : {AcquireRequest::idle, AcquireRequest::ahead}) {
    std::optional<Assignment> best = Best(book, table, asking, need, now);
    if (best) return best;
  }
  return std::nullopt;
}

}  // namespace trackout
