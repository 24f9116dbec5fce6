// Text as people write it: UTF-8, words that were nearly right, and how they are quoted in messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trackout {

// Offset of the first byte that is not UTF-8; npos where all is well.
size_t FirstInvalidUtf8(std::string_view text);

// In double quotes, shortened where it is long, control characters made visible.
std::string Quoted(std::string_view text);

// For a terminal or a comment: valid UTF-8 on one line, control characters made visible.
std::string Printable(std::string_view text);

// What is not UTF-8 becomes U+FFFD.
std::string ValidUtf8(std::string_view text);

// `; did you mean "X"?` with the nearest of the known words, or nothing where none is near.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& known);

// Case folded and composed (Unicode NFC): two names that some file system would take for one.
std::string Folded(std::string_view text);

// Composed (Unicode NFC): what macOS takes apart, put together.
std::string Composed(std::string_view text);

// Code points of valid UTF-8.
std::u32string CodePoints(std::string_view text);
void AppendUtf8(std::string& text, char32_t code_point);

// What may not stand in a file name: controls, invisible marks, unassigned and private code points.
bool IsInvisible(char32_t code_point);
bool IsBlank(char32_t code_point);

// "1.30 GB", in powers of ten.
std::string SizeText(int64_t bytes);

}  // namespace trackout
