#include "worker/render/job_check.h"

#include <algorithm>

#include "core/job_key.h"
#include "core/limits.h"
#include "worker/dsp/layout.h"
#include "worker/render/graph/processors.h"
#include "worker/render/value_check.h"

namespace trackout {
namespace {

absl::Status Wrong(std::string_view why) {
  return absl::InvalidArgumentError(std::string(why));
}

bool IsWithin(double value, double least, double most) {
  return value >= least && value <= most;
}

bool IsPan(double pan) {
  return IsWithin(pan, -100, 100);
}

using Strips = google::protobuf::RepeatedPtrField<Strip>;

// Whether a signal can be led into this strip: it is a bus or a return.
bool IsSum(const Strips& strips, int index) {
  return index >= 0 && index < strips.size() && !strips[index].has_playlist();
}

absl::Status CheckSend(const Strips& strips, const Send& send) {
  if (!IsSum(strips, send.to())) return Wrong("a send goes to a strip that is not there, or that is a track");
  if (!IsLevel(send.level_db()) || !IsEnvelope(send.level(), IsLevel))
    return Wrong("a send's level is no level");
  if (send.has_pan() && !IsPan(send.pan())) return Wrong("a send's pan is out of range");
  return absl::OkStatus();
}

// `whole`: what its inserts listen to.
absl::Status CheckStrip(const Strips& strips, const Strip& strip, const Strips& whole) {
  if (!dsp::IsLayout(strip.channels())) return Wrong("a strip's channels are no layout");
  if (strip.has_playlist()) {
    if (absl::Status checked = CheckPlaylist(strip.playlist()); !checked.ok()) return checked;
    if (strip.playlist().channels() != strip.channels())
      return Wrong("a strip does not have the channels of what it plays");
  }
  if (!IsPlace(strip.delay_frames())) return Wrong("a delay is out of range");
  if (!IsLevel(strip.fader_db()) || !IsEnvelope(strip.fader(), IsLevel)) return Wrong("a fader is no level");
  if (strip.has_width() && !IsWithin(strip.width(), 0, 200)) return Wrong("a width is out of range");
  if (strip.pan_size() > (strip.channels() == 2 ? 2 : 1)) return Wrong("a strip has more pans than sides");
  if (!std::all_of(strip.pan().begin(), strip.pan().end(), IsPan) ||
      !IsEnvelope(strip.pan_automation(), IsPan))
    return Wrong("a pan is out of range");
  if (!IsEnvelope(strip.mute(), [](double value) { return value == 0 || value == 1; }))
    return Wrong("a mute is neither on nor off");
  if (strip.feeds() != -1 && strip.feeds() != -2 && !IsSum(strips, strip.feeds()))
    return Wrong("a strip feeds one that is not there, or a track");
  for (const Send& send : strip.sends()) {
    if (absl::Status checked = CheckSend(strips, send); !checked.ok()) return checked;
  }
  return CheckProcessors(strip.inserts(), whole.size());
}

// Strips that a whole song's gains listen to: they feed and listen to each other.
absl::Status CheckWhole(const Strips& whole) {
  for (const Strip& strip : whole) {
    if (absl::Status checked = CheckStrip(whole, strip, whole); !checked.ok()) return checked;
    if (strip.feeds() == -1) return Wrong("a strip that is only listened to feeds the print");
    if (strip.has_whole()) return Wrong("a strip that is listened to listens to another as its whole");
  }
  return absl::OkStatus();
}

// Processors that make the same gains of the same sound, whatever they listen to; their dry side may be
// wanted alone.
bool AreAlike(Processor one, Processor other) {
  for (Processor* processor : {&one, &other}) {
    processor->clear_dry();
    processor->clear_sidechain();
  }
  return CanonicalEncoding(one) == CanonicalEncoding(other);
}

// A strip goes through the inserts of its whole with that one's gains.
absl::Status CheckIsPartOf(const Strip& strip, const Strips& whole) {
  if (!strip.has_whole()) return absl::OkStatus();
  if (strip.whole() < 0 || strip.whole() >= whole.size()) return Wrong("the whole of a strip is not there");
  if (whole[strip.whole()].channels() != strip.channels())
    return Wrong("a strip does not have the channels of its whole");
  const auto& inserts = whole[strip.whole()].inserts();
  if (!std::equal(strip.inserts().begin(), strip.inserts().end(), inserts.begin(), inserts.end(), AreAlike))
    return Wrong("a strip does not have the inserts of its whole");
  return absl::OkStatus();
}

// A file of so many channels out of a signal of `from`.
absl::Status CheckFile(const Format& format, int channels, int from) {
  if (!dsp::IsLayout(channels) || !dsp::IsLayout(from)) return Wrong("a file's channels are no layout");
  if (format.sample_rate() != 0 && !IsRate(format.sample_rate()))
    return Wrong("a file's rate is out of range");
  return absl::OkStatus();
}

bool IsIndex(int index, int size) {
  return index >= 0 && index < size;
}

absl::Status CheckEdit(const Finish& finish) {
  if (!IsFrame(finish.whole_frames())) return Wrong("what an edit is cut from has a length out of range");
  if (!IsFrame(finish.edit().fade_out_frames())) return Wrong("a fade is out of range");
  for (const EditSection& section : finish.edit().sections()) {
    if (!IsFrame(section.from_frame()) || !IsFrame(section.to_frame()) ||
        section.to_frame() < section.from_frame() || !IsFrame(section.crossfade_frames()))
      return Wrong("a section's frames are out of range");
  }
  return absl::OkStatus();
}

absl::Status CheckMix(const Finish& finish, const Mix& mix) {
  for (const MixTerm& term : mix.terms()) {
    if (!IsIndex(term.print(), finish.prints_size())) return Wrong("a mix has a print that is not there");
    if (!IsLevel(term.gain_db())) return Wrong("a mix has a gain that is no level");
  }
  const bool has_print = finish.master().has_print();
  const bool is_of_print = mix.master() == MASTER_RESIDUAL || mix.master() == MASTER_FINISHED;
  if (is_of_print && !has_print) return Wrong("a mix is of no finished master");
  if (has_print && mix.master() == MASTER_OWN) return Wrong("a finished master has no gains of its own");
  return absl::OkStatus();
}

absl::Status CheckMaster(const Finish& finish) {
  if (!IsLevel(finish.master_fader_db()) || !IsEnvelope(finish.master_fader(), IsLevel))
    return Wrong("the master fader is no level");
  const MasterChain& master = finish.master();
  if (master.has_print()) {
    if (absl::Status checked = CheckPlaylist(master.print()); !checked.ok()) return checked;
    if (master.print().channels() != finish.channels() || !master.inserts().empty())
      return Wrong("a finished master does not have the channels of its finish, or has inserts");
  }
  return CheckProcessors(master.inserts(), finish.prints_size());
}

absl::Status CheckMixes(const Finish& finish) {
  for (const Mix& mix : finish.mixes()) {
    if (absl::Status checked = CheckMix(finish, mix); !checked.ok()) return checked;
  }
  return CheckMix(finish, finish.whole_mix());
}

}  // namespace

absl::Status CheckTimes(const RenderJob& job) {
  if (!IsRate(job.sample_rate())) return Wrong("the job's rate is out of range");
  const bool is_start = job.has_print() ? IsPlace(job.start_frame()) : IsFrame(job.start_frame());
  if (job.frames() < 0 || job.frames() > kLongestFileFrames || !is_start)
    return Wrong("the job's frames are out of range");
  if (!IsFrame(job.final_fade_frames())) return Wrong("a fade is out of range");
  return absl::OkStatus();
}

absl::Status CheckPrint(const Print& print) {
  if (!dsp::IsLayout(print.channels())) return Wrong("a print's channels are no layout");
  if (absl::Status checked = CheckWhole(print.whole()); !checked.ok()) return checked;
  if (print.has_tap()) {
    if (print.tap() < 0 || print.tap() >= print.whole_size()) return Wrong("a print taps what is not there");
    if (print.whole(print.tap()).channels() != print.channels())
      return Wrong("a print does not have the channels of what it taps");
  }
  for (const Strip& strip : print.strips()) {
    if (absl::Status checked = CheckStrip(print.strips(), strip, print.whole()); !checked.ok())
      return checked;
    if (absl::Status checked = CheckIsPartOf(strip, print.whole()); !checked.ok()) return checked;
  }
  return absl::OkStatus();
}

absl::Status CheckTrackFiles(const TrackFiles& files) {
  if (absl::Status checked = CheckWhole(files.whole()); !checked.ok()) return checked;
  for (const TrackFile& file : files.tracks()) {
    if (absl::Status checked = CheckFile(file.format(), file.channels(), file.channels()); !checked.ok())
      return checked;
    for (const TrackSignal& signal : file.signals()) {
      if (absl::Status checked = CheckPlaylist(signal.playlist()); !checked.ok()) return checked;
      if (!IsPlace(signal.delay_frames())) return Wrong("a delay is out of range");
      if (absl::Status checked = CheckProcessors(signal.inserts(), files.whole_size()); !checked.ok())
        return checked;
    }
  }
  return absl::OkStatus();
}

absl::Status CheckFinish(const RenderJob& job) {
  const Finish& finish = job.finish();
  if (!dsp::IsLayout(finish.channels())) return Wrong("a finish's channels are no layout");
  if (absl::Status checked = CheckMaster(finish); !checked.ok()) return checked;
  if (absl::Status checked = CheckMixes(finish); !checked.ok()) return checked;
  if (!IsPlace(finish.prints_start_frame()) || !IsFrame(finish.prints_frames()))
    return Wrong("the prints' frames are out of range");
  for (const MixFile& file : finish.mix_files()) {
    if (!IsIndex(file.mix(), finish.mixes_size())) return Wrong("a file has a mix that is not there");
    if (absl::Status checked = CheckFile(file.format(), file.channels(), finish.channels()); !checked.ok())
      return checked;
  }
  for (const StemSet& set : finish.stem_sets()) {
    if (set.stems().empty()) return Wrong("a set has no stems");
    if (!IsIndex(set.mix(), finish.mixes_size()) ||
        !std::all_of(set.stems().begin(), set.stems().end(),
                     [&](int stem) { return IsIndex(stem, finish.mixes_size()); }))
      return Wrong("a set has a stem or a mix that is not there");
    if (absl::Status checked = CheckFile(set.format(), set.channels(), finish.channels()); !checked.ok())
      return checked;
  }
  return finish.has_edit() ? CheckEdit(finish) : absl::OkStatus();
}

// Kahn's way, without recursion: a print of a million strips in a row is no reason to crash.
absl::StatusOr<std::vector<int>> OrderOfStrips(const google::protobuf::RepeatedPtrField<Strip>& strips,
                                               SidechainsWithin sidechains) {
  std::vector<std::vector<int>> targets(static_cast<size_t>(strips.size()));
  std::vector<int> inputs(targets.size(), 0);
  const auto add = [&](int from, int to) {
    targets[static_cast<size_t>(from)].push_back(to);
    ++inputs[static_cast<size_t>(to)];
  };
  for (int i = 0; i < strips.size(); ++i) {
    const Strip& strip = strips[i];
    if (strip.feeds() >= 0) add(i, strip.feeds());
    for (const Send& send : strip.sends()) add(i, send.to());
    if (sidechains == SidechainsWithin::kNo) continue;
    for (const Processor& insert : strip.inserts()) {
      if (insert.has_sidechain()) add(insert.sidechain(), i);
    }
  }
  std::vector<int> order;
  for (int i = 0; i < strips.size(); ++i) {
    if (inputs[static_cast<size_t>(i)] == 0) order.push_back(i);
  }
  for (size_t i = 0; i < order.size(); ++i) {
    for (const int target : targets[static_cast<size_t>(order[i])]) {
      if (--inputs[static_cast<size_t>(target)] == 0) order.push_back(target);
    }
  }
  if (order.size() != inputs.size()) return Wrong("the strips of a print form a cycle");
  return order;
}

}  // namespace trackout
