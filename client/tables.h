// What a person reads on stdout: tables of a plan, a package, a verification. Pure text.
#pragma once

#include <string>
#include <vector>

#include "proto/album.pb.h"
#include "proto/manifest.pb.h"

namespace trackout {

// Every file of a manifest with kind, format, length and size, by song, and the total.
std::string PlanTable(const Manifest& manifest);

// The same with peaks and overs, and every proof with its figures.
std::string PackageTable(const Manifest& manifest);

std::string ProofLine(const Proof& proof);

// "1 file", "2 files".
std::string Counted(int count, const std::string& noun_text);

// "3:25.200" of frames at a rate.
std::string LengthText(int64_t frames, int sample_rate);

// Characters, not bytes, so that columns stand; and text filled up to so many.
size_t TextWidth(const std::string& text);
std::string Filled(const std::string& text, size_t width);

}  // namespace trackout
