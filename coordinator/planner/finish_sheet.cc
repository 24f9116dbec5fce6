#include "coordinator/planner/finish_sheet.h"

#include <string>
#include <utility>

#include "core/job_key.h"

namespace trackout {
namespace {

bool ListensToWholeMix(MasterUse use) {
  return use == MASTER_KEYED || use == MASTER_RESIDUAL;
}

// A Finish with nothing in it but what one file of a mix is made of, whatever else the sheet holds, and its
// prints counted anew.
class MixAlone {
 public:
  MixAlone(const Finish& sheet, int mix) : sheet_(sheet), alone_(sheet) {
    alone_.clear_prints();
    alone_.clear_mixes();
    alone_.clear_mix_files();
    alone_.clear_stem_sets();
    alone_.clear_master();
    alone_.clear_whole_mix();
    *alone_.add_mixes() = Renumbered(sheet.mixes(mix));
    if (sheet.mixes(mix).master() == MASTER_NONE) return;
    *alone_.mutable_master() = sheet.master();
    for (Processor& processor : *alone_.mutable_master()->mutable_inserts()) {
      if (processor.has_sidechain()) processor.set_sidechain(AddPrint(processor.sidechain()));
    }
    if (ListensToWholeMix(sheet.mixes(mix).master()))
      *alone_.mutable_whole_mix() = Renumbered(sheet.whole_mix());
  }

  Finish& finish() { return alone_; }

 private:
  Mix Renumbered(Mix mix) {
    for (MixTerm& term : *mix.mutable_terms()) term.set_print(AddPrint(term.print()));
    return mix;
  }

  int AddPrint(int print) {
    *alone_.add_prints() = sheet_.prints(print);
    return alone_.prints_size() - 1;
  }

  const Finish& sheet_;
  Finish alone_;
};

}  // namespace

FinishSheet::FinishSheet(int song, const Mixer& mixer, const TimedEdit* edit, JobList& jobs)
    : song_(song), mixer_(mixer), edit_(edit), jobs_(jobs) {
  const Master& master = mixer.song().master();
  finish_.set_channels(mixer.channels());
  finish_.set_master_fader_db(master.fader());
  Envelope fader = EnvelopeOf(mixer.timeline, master.automation(), "fader");
  if (!fader.points().empty()) *finish_.mutable_master_fader() = std::move(fader);
  finish_.set_prints_start_frame(mixer.timeline.prints_start_frame);
  finish_.set_prints_frames(mixer.timeline.prints_frames);
  if (edit == nullptr) return;
  *finish_.mutable_edit() = edit->edit;
  finish_.set_whole_frames(mixer.timeline.frames);
}

int FinishSheet::PrintIndex(const Print& print) {
  RenderJob job;
  *job.mutable_print() = print;
  job.set_sample_rate(mixer_.timeline.sample_rate);
  job.set_frames(mixer_.timeline.prints_frames);
  job.set_start_frame(mixer_.timeline.prints_start_frame);
  const JobOutput made = jobs_.OutputOf(jobs_.Add(song_, std::move(job), {}), 0);
  for (int i = 0; i < finish_.prints_size(); ++i) {
    if (finish_.prints(i).job_key() == made.job_key()) return i;
  }
  *finish_.add_prints() = made;
  return finish_.prints_size() - 1;
}

void FinishSheet::AddTerms(const std::vector<PrintTerm>& terms, Mix& mix) {
  for (const PrintTerm& term : terms) {
    MixTerm& added = *mix.add_terms();
    added.set_print(PrintIndex(term.print));
    added.set_gain_db(term.gain_db);
    added.set_inverted(term.inverted);
  }
}

void FinishSheet::AddMaster(MasterUse use) {
  if (use == MASTER_NONE) return;
  if (!finish_.has_master()) {
    MasterChain& chain = *finish_.mutable_master();
    const auto& inserts = mixer_.timeline.master_inserts;
    chain.mutable_inserts()->Assign(inserts.begin(), inserts.end());
    for (Processor& processor : *chain.mutable_inserts()) {
      if (processor.has_sidechain())
        processor.set_sidechain(PrintIndex(TapOf(mixer_, processor.sidechain())));
    }
    if (mixer_.timeline.master_print) {
      *chain.mutable_print() = *mixer_.timeline.master_print;
    } else {
      chain.set_behind_fader(mixer_.song().master().inserts_at() == INSERTS_POST_FADER);
    }
  }
  if (ListensToWholeMix(use) && !finish_.has_whole_mix())
    AddTerms(TermsOfMaster(mixer_), *finish_.mutable_whole_mix());
}

int FinishSheet::MixOf(const std::vector<PrintTerm>& terms, const MasterPath& path) {
  Mix mix;
  if (path.use != MASTER_FINISHED) AddTerms(terms, mix);
  mix.set_master(path.use);
  mix.set_without_limiters(path.without_limiters);
  AddMaster(path.use);
  const std::string encoding = CanonicalEncoding(mix);
  for (int i = 0; i < finish_.mixes_size(); ++i) {
    if (CanonicalEncoding(finish_.mixes(i)) == encoding) return i;
  }
  *finish_.add_mixes() = std::move(mix);
  return finish_.mixes_size() - 1;
}

int FinishSheet::AddMixFile(int mix, const FileForm& form) {
  for (int i = 0; i < finish_.mix_files_size(); ++i) {
    if (IsMixFile(i, mix, form) && finish_.mix_files(i).has_tpdf_seed() == form.is_dithered) return i;
  }
  MixFile& file = *finish_.add_mix_files();
  file.set_mix(mix);
  *file.mutable_format() = form.format;
  file.set_channels(form.channels);
  if (form.is_dithered) file.set_tpdf_seed(SeedOfMix(mix, form));
  return finish_.mix_files_size() - 1;
}

bool FinishSheet::IsMixFile(int mix_file, int mix, const FileForm& form) const {
  const MixFile& file = finish_.mix_files(mix_file);
  return file.mix() == mix && file.channels() == form.channels &&
         CanonicalEncoding(file.format()) == CanonicalEncoding(form.format);
}

// Depends on what the mix is and how it is written, not on what else is delivered.
uint64_t FinishSheet::SeedOfMix(int mix, const FileForm& form) const {
  MixAlone alone(finish_, mix);
  MixFile& file = *alone.finish().add_mix_files();
  *file.mutable_format() = form.format;
  file.set_channels(form.channels);
  return SeedOf(alone.finish());
}

int FinishSheet::AddStemSet(const std::vector<int>& stems, int mix, const FileForm& form, Sum sum) {
  StemSet& set = *finish_.add_stem_sets();
  for (const int stem : stems) set.add_stems(stem);
  set.set_mix(mix);
  *set.mutable_format() = form.format;
  set.set_channels(form.channels);
  set.set_is_open(sum == Sum::kOpen);
  return finish_.stem_sets_size() - 1;
}

int FinishSheet::OutputOfStem(int set, int stem) const {
  int output = finish_.mix_files_size() + stem;
  for (int before = 0; before < set; ++before) output += finish_.stem_sets(before).stems_size();
  return output;
}

int FinishSheet::Close() {
  RenderJob job;
  *job.mutable_finish() = finish_;
  job.set_sample_rate(mixer_.timeline.sample_rate);
  job.set_frames(frames());
  job.set_start_frame(mixer_.timeline.start_frame);
  job.set_final_fade_frames(mixer_.timeline.final_fade_frames);
  std::vector<std::string> needs;
  for (const JobOutput& print : finish_.prints()) needs.push_back(print.job_key());
  return jobs_.Add(song_, std::move(job), needs);
}

}  // namespace trackout
