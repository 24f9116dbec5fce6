#include "coordinator/planner/length_planner.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/planner/finish_sheet.h"
#include "coordinator/planner/prints/mixes.h"
#include "coordinator/planner/prints/stems.h"
#include "coordinator/planner/tracks.h"
#include "core/audio/wav.h"
#include "core/job_key.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace trackout {
namespace {

class LengthPlanner {
 public:
  LengthPlanner(int song, const Mixer& mixer, const TimedEdit* edit, JobList& jobs, RenderPlan& plan)
      : song_(song),
        mixer_(mixer),
        edit_(edit),
        jobs_(jobs),
        plan_(plan),
        sheet_(song, mixer, edit, jobs),
        song_rate_(mixer.timeline.sample_rate) {}

  void Plan(const Deliverable& entry) {
    if (!Has(entry)) return;
    if (entry.has_tracks() && edit_ == nullptr && Allows(entry.tracks().version(), version(), kMainVersion))
      PlanTracks(entry.tracks(), FormatOf(entry, entry.tracks()));
    if (entry.has_stems() && Has(entry.stems())) PlanStems(entry.stems(), FormatOf(entry, entry.stems()));
    for (const MixRequest& mix : entry.mixes()) {
      if (Has(mix)) PlanMix(mix, FormatOf(entry, mix));
    }
  }

  void Close() {
    CloseTracks();
    CloseFinish();
  }

 private:
  // A set of stems, with its files and how its proof is called.
  struct PlannedSet {
    int index;  // in the finish
    FileForm form;
    std::vector<int> files;  // in the plan
    std::string adds_up_to;
    std::string words;
  };
  struct WaitingMix {
    int file;      // in the plan
    int mix_file;  // in the finish
  };

  const std::string& version() const { return mixer_.timeline.version; }
  std::string edit() const { return edit_ == nullptr ? "" : edit_->name; }

  template <typename Filtered>
  bool Has(const Filtered& filtered) const {
    return Allows(filtered.version(), version(), kMainVersion) &&
           Allows(filtered.edit(), edit(), kFullLength);
  }

  File NewFile(FileKind kind, const std::string& name, const std::string& variant,
               const FileForm& form) const {
    File file = FileOf(form, kind, sheet_.frames(), song_rate_);
    file.set_song(song_);
    file.set_name(name);
    file.set_variant(variant);
    file.set_version(version());
    file.set_edit(edit());
    return file;
  }

  int AddFile(File file) {
    *plan_.add_files()->mutable_file() = std::move(file);
    return plan_.files_size() - 1;
  }

  // Whether nobody has asked for it before.
  bool IsNew(const File& file, const FileForm& form) {
    return seen_.insert(CanonicalEncoding(file) + (form.is_dithered ? "dithered" : "")).second;
  }

  void PlanTracks(const TracksRequest& request, const Format& format) {
    for (TrackDelivery& delivery : TrackDeliveriesOf(mixer_, request)) {
      const FileForm form = FormOf(format, FileKind::kTrack, song_rate_, delivery.channels);
      File file = NewFile(FileKind::kTrack, delivery.name, delivery.variant, form);
      if (delivery.is_unused) file.set_unused(true);
      if (!IsNew(file, form)) continue;
      TrackFile track;
      track.set_channels(form.channels);
      track.mutable_signals()->Assign(delivery.signals.begin(), delivery.signals.end());
      *track.mutable_format() = form.format;
      if (form.is_dithered) track.set_tpdf_seed(SeedOfTrack(track));
      tracks_[delivery.bus].emplace_back(std::move(track), AddFile(std::move(file)));
    }
  }

  // Depends on the track's own sound, not on which strip of the song it listens to.
  static uint64_t SeedOfTrack(TrackFile track) {
    for (TrackSignal& signal : *track.mutable_signals()) {
      for (Processor& processor : *signal.mutable_inserts()) processor.clear_sidechain();
    }
    return SeedOf(track);
  }

  void PlanMix(const MixRequest& mix, const Format& format) {
    const FileForm form = FormOf(format, FileKind::kMix, song_rate_, mixer_.channels());
    File file = NewFile(FileKind::kMix, mix.name(), "", form);
    if (!IsNew(file, form)) return;
    const int made = sheet_.MixOf(TermsOf(mixer_, mix), MasterPathOf(mixer_, mix));
    const int mix_file = sheet_.AddMixFile(made, form);
    mixes_.push_back({AddFile(std::move(file)), mix_file});
  }

  void PlanStems(const StemsRequest& request, const Format& format) {
    const FileForm form = FormOf(format, FileKind::kStem, song_rate_, mixer_.channels());
    for (const StemGroupSet& set : StemSetsOf(mixer_, request)) PlanSet(set, form);
  }

  void PlanSet(const StemGroupSet& set, const FileForm& form) {
    std::vector<int> stems;
    std::vector<PrintTerm> sum;
    std::string all = set.adds_up_to;  // what makes the set that it is
    std::vector<File> files;
    for (const Stem& stem : set.stems) {
      stems.push_back(sheet_.MixOf(stem.terms, stem.master));
      sum.insert(sum.end(), stem.terms.begin(), stem.terms.end());
      files.push_back(NewFile(FileKind::kStem, stem.name, stem.variant, form));
      all += fmt::format("\n{} {}", stems.back(), CanonicalEncoding(files.back()));
    }
    if (!seen_.insert(all).second) return;
    const int mix = sheet_.MixOf(set.adds_up_to.empty() ? TermsOfMaster(mixer_) : sum, set.master);
    const auto closes = set.is_open ? FinishSheet::Sum::kOpen : FinishSheet::Sum::kCloses;
    PlannedSet& planned = sets_.emplace_back(
        PlannedSet{sheet_.AddStemSet(stems, mix, form, closes), form, {}, set.adds_up_to, set.words});
    for (File& file : files) planned.files.push_back(AddStem(std::move(file), set.master_word));
  }

  int AddStem(File file, const std::string& master_word) {
    const int index = AddFile(std::move(file));
    plan_.mutable_files(index)->set_master(master_word);
    return index;
  }

  void CloseTracks() {
    for (const auto& [bus, tracks] : tracks_) {
      RenderJob job;
      for (const auto& [track, file] : tracks) *job.mutable_track_files()->add_tracks() = track;
      AddWhole(mixer_, *job.mutable_track_files());
      job.set_sample_rate(song_rate_);
      job.set_frames(mixer_.timeline.frames);
      job.set_start_frame(mixer_.timeline.start_frame);
      job.set_final_fade_frames(mixer_.timeline.final_fade_frames);
      const int index = jobs_.Add(song_, std::move(job), {});
      for (size_t i = 0; i < tracks.size(); ++i) {
        *plan_.mutable_files(tracks[i].second)->mutable_made_by() =
            jobs_.OutputOf(index, static_cast<int>(i));
      }
    }
  }

  // The mix file that a set is held against: where it adds up to the mix, the delivered one of its form (one
  // without dither before others), else one that only the proof reads.
  WaitingMix ReferenceOf(const PlannedSet& set) {
    const int mix = sheet_.finish().stem_sets(set.index).mix();
    const WaitingMix* dithered = nullptr;
    for (const WaitingMix& waiting : mixes_) {
      if (!set.adds_up_to.empty() || !sheet_.IsMixFile(waiting.mix_file, mix, set.form)) continue;
      if (!sheet_.finish().mix_files(waiting.mix_file).has_tpdf_seed()) return waiting;
      if (dithered == nullptr) dithered = &waiting;
    }
    return dithered != nullptr ? *dithered : WaitingMix{-1, sheet_.AddMixFile(mix, set.form)};
  }

  void CloseFinish() {
    if (sheet_.empty()) return;
    std::vector<WaitingMix> references;
    for (const PlannedSet& set : sets_) references.push_back(ReferenceOf(set));
    const int job = sheet_.Close();
    for (const WaitingMix& mix : mixes_) {
      *plan_.mutable_files(mix.file)->mutable_made_by() =
          jobs_.OutputOf(job, sheet_.OutputOfMixFile(mix.mix_file));
    }
    for (const PlannedSet& set : sets_) {
      for (size_t i = 0; i < set.files.size(); ++i) {
        *plan_.mutable_files(set.files[i])->mutable_made_by() =
            jobs_.OutputOf(job, sheet_.OutputOfStem(set.index, static_cast<int>(i)));
      }
    }
    const std::vector<std::string> names = ProofNames();
    for (size_t i = 0; i < sets_.size(); ++i) PlanProof(sets_[i], names[i], references[i], job);
  }

  void PlanProof(const PlannedSet& set, const std::string& name, const WaitingMix& reference,
                 int finish_job) {
    const MixFile& mix_file = sheet_.finish().mix_files(reference.mix_file);
    RenderJob job;
    SumProof& sum = *job.mutable_sum_proof();
    *sum.mutable_mix() = jobs_.OutputOf(finish_job, sheet_.OutputOfMixFile(reference.mix_file));
    sum.set_mix_is_dithered(mix_file.has_tpdf_seed());
    sum.set_is_comparison(sheet_.finish().stem_sets(set.index).is_open());
    for (size_t i = 0; i < set.files.size(); ++i) {
      *sum.add_stems() = jobs_.OutputOf(finish_job, sheet_.OutputOfStem(set.index, static_cast<int>(i)));
    }
    job.set_sample_rate(set.form.sample_rate);
    job.set_frames(plan_.files(set.files.front()).file().frames());
    PlannedProof& planned = *plan_.add_proofs();
    planned.set_song(song_);
    planned.mutable_proof()->set_name(name);
    if (reference.file >= 0) {
      planned.set_mix_file(reference.file);
    } else {
      planned.mutable_proof()->set_of("print:" + NameOfSum(set));
    }
    for (const int file : set.files) planned.add_stem_files(file);
    const auto& stems = sheet_.finish().stem_sets(set.index).stems();
    if (sheet_.finish().mixes(*stems.rbegin()).master() == MASTER_RESIDUAL)
      planned.set_residual_file(set.files.back());
    const std::string key = jobs_.KeyOf(jobs_.Add(song_, std::move(job), {jobs_.KeyOf(finish_job)}));
    planned.set_job_key(key);
  }

  // Of what a set adds up to, where that is not delivered.
  std::string NameOfSum(const PlannedSet& set) const {
    if (!set.adds_up_to.empty()) return set.adds_up_to;
    const int mix = sheet_.finish().stem_sets(set.index).mix();
    return sheet_.finish().mixes(mix).master() == MASTER_NONE ? "premaster" : "master";
  }

  // "stems wav24 dry tracks Clean 30s": words of the set where there are several.
  std::vector<std::string> ProofNames() const {
    std::vector<std::string> names;
    std::map<std::string, int> taken;
    for (const PlannedSet& set : sets_) {
      std::vector<std::string> words{"stems", FormatName(set.form.format)};
      if (sets_.size() > 1) {
        if (!set.words.empty()) words.push_back(set.words);
        if (set.form.sample_rate != song_rate_) words.push_back(std::to_string(set.form.sample_rate));
        if (set.form.channels != mixer_.channels())
          words.emplace_back(set.form.channels == 1 ? "mono" : "stereo");
      }
      if (!version().empty()) words.push_back(version());
      if (edit_ != nullptr) words.push_back(edit_->name);
      std::string name = fmt::format("{}", fmt::join(words, " "));
      if (const int number = ++taken[name]; number > 1) name += fmt::format(" ({})", number);
      names.push_back(std::move(name));
    }
    return names;
  }

  const int song_;
  const Mixer& mixer_;
  const TimedEdit* const edit_;
  JobList& jobs_;
  RenderPlan& plan_;
  FinishSheet sheet_;
  const int song_rate_;
  std::map<int, std::vector<std::pair<TrackFile, int>>> tracks_;  // by bus: with the file in the plan
  std::vector<WaitingMix> mixes_;
  std::vector<PlannedSet> sets_;
  std::set<std::string> seen_;  // files and sets
};

}  // namespace

void PlanLength(int song, const Mixer& mixer, const TimedEdit* edit,
                const google::protobuf::RepeatedPtrField<Deliverable>& deliver, JobList& jobs,
                RenderPlan& plan) {
  LengthPlanner planner(song, mixer, edit, jobs, plan);
  for (const Deliverable& entry : deliver) planner.Plan(entry);
  planner.Close();
}

bool Allows(const google::protobuf::RepeatedPtrField<std::string>& filter, const std::string& name,
            const std::string& unnamed) {
  return filter.empty() ||
         std::find(filter.begin(), filter.end(), name.empty() ? unnamed : name) != filter.end();
}

}  // namespace trackout
