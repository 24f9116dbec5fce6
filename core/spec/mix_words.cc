#include "core/spec/mix_words.h"

namespace trackout {

const std::vector<MixWord>& MixWords() {
  using Kind = MixWord::Kind;
  static const auto& words = *new std::vector<MixWord>{
      {"master", "Master", Kind::kWhole, {}},
      {"premaster", "Premaster", Kind::kWhole, {}},
      {"no_limiter", "No_Limiter", Kind::kWhole, {}},
      {"instrumental", "Instrumental", Kind::kWithout, {ROLE_LEAD_VOCAL, ROLE_BACKING_VOCAL, ROLE_VOCALS}},
      {"acapella", "Acapella", Kind::kOnly, {ROLE_LEAD_VOCAL, ROLE_BACKING_VOCAL, ROLE_VOCALS}},
      {"lead_vocal", "Lead_Vocal", Kind::kOnly, {ROLE_LEAD_VOCAL}},
      {"bgv", "BGV", Kind::kOnly, {ROLE_BACKING_VOCAL}},
      {"tv", "TV", Kind::kWithout, {ROLE_LEAD_VOCAL}},
      {"vocal_up", "Vocal_Up", Kind::kStep, {ROLE_LEAD_VOCAL}, 1.0},
      {"vocal_down", "Vocal_Down", Kind::kStep, {ROLE_LEAD_VOCAL}, -1.0},
      {"bass_up", "Bass_Up", Kind::kStep, {ROLE_BASS}, 1.0},
      {"bass_down", "Bass_Down", Kind::kStep, {ROLE_BASS}, -1.0},
  };
  return words;
}

const MixWord* FindMixWord(std::string_view word) {
  for (const MixWord& known : MixWords()) {
    if (known.word == word) return &known;
  }
  return nullptr;
}

}  // namespace trackout
