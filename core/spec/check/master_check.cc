#include "core/spec/check/master_check.h"

#include <algorithm>

#include "core/spec/mix_words.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

using Words = google::protobuf::RepeatedPtrField<std::string>;

bool Allows(const Words& filter, const std::string& word) {
  return filter.empty() || std::find(filter.begin(), filter.end(), word) != filter.end();
}

// The words that move a level listen to what they are.
bool ListensToItself(const MixRequest& mix) {
  if (mix.key() != MIX_KEY_UNSPECIFIED) return mix.key() == MIX_KEY_OWN;
  const MixWord* word = FindMixWord(mix.name());
  return word != nullptr && word->kind == MixWord::Kind::kStep;
}

class EntryCheck {
 public:
  EntryCheck(CheckedSong& checked, const Deliverable& entry, const std::string& place)
      : checked_(checked), master_(checked.song().master()), entry_(entry), place_(place) {}

  void Run() {
    if (entry_.has_stems()) CheckStems(entry_.stems());
    for (int m = 0; m < entry_.mixes_size(); ++m) {
      const std::string place = fmt::format("{}.mixes[{}]", place_, m);
      has_print() ? CheckPrinted(entry_.mixes(m), place) : CheckLimiter(entry_.mixes(m), place);
    }
  }

 private:
  bool has_print() const { return !master_.print().empty(); }

  void CheckStems(const StemsRequest& stems) {
    if (stems.master() == STEM_MASTER_NONE) return;
    const std::string place = place_ + ".stems.master";
    if (!has_print() && master_.inserts().empty()) {
      checked_.Warning(place, "the master has no inserts; the stems are as with `master: none`");
    } else if (has_print() && stems.master() == STEM_MASTER_ALONE) {
      checked_.Error(place,
                     "what made the finished master (master.print) is not known, so no stem goes through it "
                     "alone; write `keyed`, or the master's inserts in place of the print");
    } else if (has_print()) {
      CheckVersions(stems.version(), place, "stems with `master: keyed`");
    }
  }

  void CheckPrinted(const MixRequest& mix, const std::string& place) {
    if (mix.name() == "premaster") return;
    const std::string who = "mix " + Quoted(mix.name());
    if (mix.name() == "no_limiter") {
      checked_.Error(place, fmt::format("{}: the limiter cannot be taken out of a finished master "
                                        "(master.print); remove the mix, or write the master's inserts in "
                                        "place of the print",
                                        who));
    } else if (ListensToItself(mix)) {
      checked_.Error(place, fmt::format("{}: what made the finished master (master.print) is not known, so "
                                        "it cannot listen to the mix itself; write `key: full_mix`, or the "
                                        "master's inserts in place of the print",
                                        who));
    } else {
      CheckVersions(mix.version(), place, who);
    }
  }

  void CheckLimiter(const MixRequest& mix, const std::string& place) {
    if (mix.name() != "no_limiter") return;
    if (std::any_of(master_.inserts().begin(), master_.inserts().end(),
                    [](const Insert& insert) { return insert.has_limiter(); })) {
      return;
    }
    checked_.Warning(place, "mix \"no_limiter\": the master has no limiter; it is the same as the master");
  }

  // A version that this would be made for has no finished master of its own.
  void CheckVersions(const Words& filter, const std::string& place, const std::string& who) {
    for (const Version& version : checked_.song().versions()) {
      if (!Allows(entry_.version(), version.name()) || !Allows(filter, version.name())) continue;
      checked_.Error(place, fmt::format("{}: the finished master (master.print) is of the song itself, not "
                                        "of the version {}; write `version: main` here",
                                        who, Quoted(version.name())));
      return;
    }
  }

  CheckedSong& checked_;
  const Master& master_;
  const Deliverable& entry_;
  const std::string& place_;
};

}  // namespace

void CheckMaster(CheckedSong& checked) {
  const Master& master = checked.song().master();
  if (master.print().empty() || master.inserts().empty()) return;
  checked.Error(
      ".master.print",
      "master: a finished master (print) has the inserts in it; take the inserts out, or the print");
}

void CheckThroughMaster(CheckedSong& checked, const Deliverable& entry, const std::string& place) {
  EntryCheck(checked, entry, place).Run();
}

}  // namespace trackout
