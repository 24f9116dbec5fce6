#include "core/order_id.h"

#include <algorithm>
#include <cstdint>

#include "core/digest.h"
#include "core/job_key.h"
#include "fmt/format.h"

namespace trackout {
namespace {

constexpr size_t kShortest = 8;
constexpr size_t kLongest = 32;
constexpr size_t kDerived = 16;
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";  // base32 (RFC 4648), in lower case

bool IsLetter(char c) {
  return c >= 'a' && c <= 'z';
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

bool IsOrderId(std::string_view text) {
  return text.size() >= kShortest && text.size() <= kLongest && IsLetter(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLetter(c) || IsDigit(c); });
}

std::string DerivedOrderId(const SubmitRequest& request, int try_number) {
  Hasher hasher;
  hasher.Update(fmt::format("trackout order\nengine {}\ntry {}\nspec {}\n", kEngineVersion, try_number,
                            request.spec_text().size()));
  hasher.Update(request.spec_text());
  for (const Source& source : request.sources()) {
    hasher.Update(fmt::format("\n{} {} {} {}", Hex(source.digest()), source.digest().size_bytes(),
                              source.path().size(), source.path()));
  }
  const std::string bytes = hasher.Finish().sha256();
  std::string id;
  uint32_t bits = 0;
  int held = 0;
  for (size_t i = 0; id.size() < kDerived; ++i) {
    bits = bits << 8 | static_cast<uint8_t>(bytes[i]);
    for (held += 8; held >= 5 && id.size() < kDerived; held -= 5) id += kLetters[bits >> (held - 5) & 31];
  }
  if (IsDigit(id.front()))
    id.front() = static_cast<char>('a' + (id.front() - '0'));  // it begins with a letter
  return id;
}

}  // namespace trackout
