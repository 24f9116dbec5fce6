#include "core/spec/spec_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "core/limits.h"
#include "core/spec/words.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

constexpr std::string_view kTimeForms = "write it as 12s, 250ms, 1:23.500, 480000smp or 17|3|1";
constexpr int64_t kNsPerSecond = 1'000'000'000;
// Of a length in notes: `999/8`, and a 64th.
constexpr int64_t kLongestNotes = 999;
constexpr int64_t kShortestNote = 64;

absl::string_view Abseil(std::string_view text) {
  return {text.data(), text.size()};
}

bool AllDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<int64_t> ParseCount(std::string_view text) {
  int64_t count = 0;
  if (!AllDigits(text) || text.size() > 15 || !absl::SimpleAtoi(Abseil(text), &count)) return std::nullopt;
  return count;
}

// Decimal digits to nanoseconds, exactly; digits beyond the ninth are rounded, and so is what is too long.
// `unit_ns` is a power of ten.
std::optional<int64_t> ParseDecimal(std::string_view text, int64_t unit_ns) {
  const size_t point = text.find('.');
  const std::string_view fraction = point == std::string_view::npos ? "0" : text.substr(point + 1);
  const std::optional<int64_t> whole = ParseCount(text.substr(0, point));
  if (!whole || !AllDigits(fraction)) return std::nullopt;
  if (*whole > kLongestTimeNs / unit_ns) return kLongestTimeNs + 1;  // too long, however much
  int64_t ns = *whole * unit_ns;
  int64_t digit_ns = unit_ns;
  for (const char digit : fraction) {
    if (digit_ns == 1) {
      ns += digit >= '5' ? 1 : 0;
      break;
    }
    digit_ns /= 10;
    ns += (digit - '0') * digit_ns;
  }
  return ns;
}

// 1:23.500 or 1:02:03.5
std::optional<int64_t> ParseClock(std::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(Abseil(text), ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  int64_t minutes = 0;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    const std::optional<int64_t> part = ParseCount(parts[i]);
    if (!part || (i > 0 && *part > 59) || *part > 100'000) return std::nullopt;
    minutes = minutes * 60 + *part;
  }
  const std::optional<int64_t> seconds = ParseDecimal(parts.back(), kNsPerSecond);
  if (!seconds || *seconds >= 60 * kNsPerSecond) return std::nullopt;
  return minutes * 60 * kNsPerSecond + *seconds;
}

std::optional<Time::Musical> ParseMusical(std::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(Abseil(text), '|');
  if (parts.size() != 3) return std::nullopt;
  int32_t numbers[3];
  for (size_t i = 0; i < 3; ++i) {
    const std::optional<int64_t> number = ParseCount(parts[i]);
    if (!number || *number < 1 || *number > 1'000'000) return std::nullopt;
    numbers[i] = static_cast<int32_t>(*number);
  }
  Time::Musical musical;
  musical.set_bar(numbers[0]);
  musical.set_beat(numbers[1]);
  musical.set_sixteenth(numbers[2]);
  return musical;
}

}  // namespace

std::optional<double> ParseNumber(std::string_view text) {
  double number = 0;
  if (text.empty() || text.find_first_not_of("+-.0123456789eE") != std::string_view::npos ||
      !absl::SimpleAtod(Abseil(text), &number) || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

std::optional<bool> ParseBool(std::string_view text) {
  const std::string lower = absl::AsciiStrToLower(Abseil(text));
  if (lower == "true" || lower == "yes" || lower == "on") return true;
  if (lower == "false" || lower == "no" || lower == "off") return false;
  return std::nullopt;
}

std::optional<double> ParseLevel(std::string_view text) {
  if (text == "-inf" || text == "-.inf" || text == "-Inf" || text == "-.Inf") {
    return -std::numeric_limits<double>::infinity();
  }
  return ParseNumber(text);
}

absl::StatusOr<Time> ParseTime(std::string_view text) {
  Time time;
  if (text.starts_with("-")) return absl::InvalidArgumentError("a time may not be negative here");
  if (text.find('|') != std::string_view::npos) {
    const std::optional<Time::Musical> musical = ParseMusical(text);
    if (!musical) return absl::InvalidArgumentError("a musical time is bar|beat|sixteenth, each from 1");
    *time.mutable_musical() = *musical;
    return time;
  }
  if (text.ends_with("smp")) {
    const std::optional<int64_t> samples = ParseCount(text.substr(0, text.size() - 3));
    if (!samples) return absl::InvalidArgumentError(fmt::format("not a time; {}", kTimeForms));
    if (*samples > kLongestTimeFrames) return absl::InvalidArgumentError("longer than two days");
    time.set_samples(*samples);
    return time;
  }
  std::optional<int64_t> ns;
  if (text == "0") {
    ns = 0;
  } else if (text.find(':') != std::string_view::npos) {
    ns = ParseClock(text);
  } else if (text.ends_with("ms")) {
    ns = ParseDecimal(text.substr(0, text.size() - 2), kNsPerSecond / 1000);
  } else if (text.ends_with("s")) {
    ns = ParseDecimal(text.substr(0, text.size() - 1), kNsPerSecond);
  } else if (ParseNumber(text)) {
    return absl::InvalidArgumentError(fmt::format("a time needs a unit; {}", kTimeForms));
  }
  if (!ns) return absl::InvalidArgumentError(fmt::format("not a time; {}", kTimeForms));
  if (*ns > kLongestTimeNs) return absl::InvalidArgumentError("longer than two days");
  time.set_nanoseconds(*ns);
  return time;
}

absl::StatusOr<Time> ParseSignedTime(std::string_view text) {
  if (!text.starts_with("-")) return ParseTime(text);
  absl::StatusOr<Time> time = ParseTime(text.substr(1));
  if (!time.ok()) return time;
  if (time->has_musical()) return absl::InvalidArgumentError("a musical time may not be negative");
  if (time->has_samples()) {
    time->set_samples(-time->samples());
  } else {
    time->set_nanoseconds(-time->nanoseconds());
  }
  return time;
}

bool IsInfinity(std::string_view text) {
  if (text.starts_with("+")) text.remove_prefix(1);
  return text == "inf" || text == ".inf" || text == "Inf" || text == ".Inf";
}

std::optional<Time::Notes> ParseNotes(std::string_view text) {
  Time::Notes notes;
  if (text.ends_with(".") || text.ends_with("t")) {
    text.ends_with(".") ? notes.set_dotted(true) : notes.set_triplet(true);
    text.remove_suffix(1);
  }
  const size_t bar = text.find('/');
  if (bar == std::string_view::npos) return std::nullopt;
  const std::optional<int64_t> count = ParseCount(text.substr(0, bar));
  const std::optional<int64_t> unit = ParseCount(text.substr(bar + 1));
  const bool is_note = count && unit && *count >= 1 && *count <= kLongestNotes && *unit >= 1 &&
                       *unit <= kShortestNote && (*unit & (*unit - 1)) == 0;
  if (!is_note) return std::nullopt;
  notes.set_count(static_cast<int32_t>(*count));
  notes.set_unit(static_cast<int32_t>(*unit));
  return notes;
}

std::string NotesText(const Time::Notes& notes) {
  return fmt::format("{}/{}{}", notes.count(), notes.unit(),
                     notes.dotted()    ? "."
                     : notes.triplet() ? "t"
                                       : "");
}

double QuartersOf(const Time::Notes& notes) {
  if (notes.unit() <= 0) return 0;
  const double quarters = notes.count() * 4.0 / notes.unit();
  if (notes.dotted()) return quarters * 1.5;
  return notes.triplet() ? quarters * 2 / 3 : quarters;
}

std::optional<int64_t> Frames(const Time& time, int sample_rate) {
  switch (time.time_case()) {
    case Time::kMusical:
    case Time::kNotes:
      return std::nullopt;
    case Time::kSamples:
      return time.samples();
    default: {
      __extension__ using Int128 = __int128;
      const Int128 scaled = static_cast<Int128>(time.nanoseconds()) * sample_rate;
      const Int128 half = scaled < 0 ? -kNsPerSecond / 2 : kNsPerSecond / 2;
      return static_cast<int64_t>((scaled + half) / kNsPerSecond);
    }
  }
}

absl::StatusOr<Format> ParseFormat(std::string_view text) {
  std::vector<std::string> known;
  Format format;
  format.set_container(Format::CONTAINER_WAV);
  for (const std::string& bits : WordsOf(Format::Bits_descriptor())) {
    known.push_back("wav" + bits);
    if (known.back() != text) continue;
    format.set_bits(static_cast<Format::Bits>(FindWord(Format::Bits_descriptor(), bits)->number()));
    return format;
  }
  for (const std::string_view other : {"aiff16", "aiff24", "aiff32f", "flac16", "flac24"}) {
    if (text == other) return absl::UnimplementedError("not supported yet; write wav16, wav24 or wav32f");
  }
  return absl::InvalidArgumentError(
      fmt::format("not a format (wav16, wav24, wav32f){}", DidYouMean(text, known)));
}

const std::vector<std::string>& ColorNames() {
  // CSS Color Module Level 4, 6.1.
  static const auto& names = *new std::vector<std::string>(absl::StrSplit(
      "aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet "
      "brown burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan "
      "darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta "
      "darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue "
      "darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey "
      "dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray "
      "green greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush "
      "lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray "
      "lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray "
      "lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine "
      "mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen "
      "mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy "
      "oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise "
      "palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple red "
      "rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue "
      "slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise "
      "violet wheat white whitesmoke yellow yellowgreen",
      ' '));
  return names;
}

bool IsColor(std::string_view text) {
  if (text.starts_with("#")) {
    return text.size() == 7 &&
           text.substr(1).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  }
  return std::find(ColorNames().begin(), ColorNames().end(), absl::AsciiStrToLower(Abseil(text))) !=
         ColorNames().end();
}

}  // namespace trackout
