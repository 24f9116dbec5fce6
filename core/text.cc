#include "core/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "fmt/format.h"

namespace trackout {
namespace {

constexpr size_t kLongestQuote = 80;

// Levenshtein's distance, with a swap of neighbours counted as one step.
size_t Distance(const std::u32string& a, const std::u32string& b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

// The first code point of a text, and how many bytes it has; 0 where it is not UTF-8.
size_t Decode(std::string_view text, char32_t& code_point) {
  utf8proc_int32_t point = 0;
  const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                     static_cast<utf8proc_ssize_t>(text.size()), &point);
  code_point = static_cast<char32_t>(point);
  return size > 0 ? static_cast<size_t>(size) : 0;
}

// NFC with further options; text that is not UTF-8 comes back as it is.
std::string Mapped(std::string_view text, int options) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto size = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
      &mapped, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | options));
  if (size < 0) return std::string(text);
  std::string result(reinterpret_cast<const char*>(mapped), static_cast<size_t>(size));
  std::free(mapped);
  return result;
}

}  // namespace

size_t FirstInvalidUtf8(std::string_view text) {
  char32_t code_point = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t size = Decode(text.substr(at), code_point);
    if (size == 0) return at;
    at += size;
  }
  return std::string_view::npos;
}

std::string Quoted(std::string_view text) {
  std::string quoted = Printable(text);
  if (quoted.size() > kLongestQuote) {
    size_t end = kLongestQuote;
    while (end > 0 && (static_cast<unsigned char>(quoted[end]) & 0xc0) == 0x80) --end;
    quoted = quoted.substr(0, end) + "...";
  }
  return "\"" + quoted + "\"";
}

std::string Printable(std::string_view text) {
  std::string printable;
  for (const char32_t c : CodePoints(text)) {
    if (c == '\n') {
      printable += "\\n";
    } else if (c == '\t') {
      printable += "\\t";
    } else if (IsInvisible(c)) {
      printable += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
    } else {
      AppendUtf8(printable, c);
    }
  }
  return printable;
}

std::string ValidUtf8(std::string_view text) {
  std::string valid;
  for (const char32_t c : CodePoints(text)) AppendUtf8(valid, c);
  return valid;
}

std::string DidYouMean(std::string_view word, const std::vector<std::string>& known) {
  if (word.size() > 200) return "";
  const std::u32string folded = CodePoints(Folded(word));
  const std::string* nearest = nullptr;
  size_t nearest_distance = std::max<size_t>(1, folded.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const size_t distance = Distance(folded, CodePoints(Folded(candidate)));
    if (distance < nearest_distance) {
      nearest = &candidate;
      nearest_distance = distance;
    }
  }
  return nearest == nullptr ? "" : fmt::format("; did you mean {}?", Quoted(*nearest));
}

std::string Folded(std::string_view text) {
  return Mapped(text, UTF8PROC_CASEFOLD);
}

std::string Composed(std::string_view text) {
  return Mapped(text, 0);
}

std::u32string CodePoints(std::string_view text) {
  std::u32string points;
  for (size_t at = 0; at < text.size();) {
    char32_t code_point = 0;
    const size_t size = Decode(text.substr(at), code_point);
    points.push_back(size > 0 ? code_point : U'\uFFFD');
    at += std::max<size_t>(size, 1);
  }
  return points;
}

void AppendUtf8(std::string& text, char32_t code_point) {
  utf8proc_uint8_t bytes[4];
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes);
  text.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
}

bool IsInvisible(char32_t code_point) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code_point))) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return false;
  }
}

bool IsBlank(char32_t code_point) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code_point)) == UTF8PROC_CATEGORY_ZS;
}

std::string SizeText(int64_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (size >= 999.95e6) return fmt::format("{:.2f} GB", size / 1e9);  // never "1000.0 MB"
  if (size >= 999.95e3) return fmt::format("{:.1f} MB", size / 1e6);
  return fmt::format("{:.1f} kB", size / 1e3);
}

}  // namespace trackout
