#include "client/tables.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

std::string LevelText(double dbfs) {
  return fmt::format("{:.2f}", dbfs);
}

std::string ShortLevelText(double db) {
  return fmt::format("{:.1f}", db);
}

// Whole steps of integer files as they are, parts of a step (float files) to three digits.
std::string LsbText(double lsb) {
  return lsb == std::floor(lsb) ? fmt::format("{:.0f}", lsb) : fmt::format("{:.3g}", lsb);
}

// What a proof is against, in words where it is no file.
std::string TargetText(const std::string& of) {
  constexpr std::string_view kPrint = "print:";
  if (!of.starts_with(kPrint)) return of;
  const std::string what = of.substr(kPrint.size());
  if (what == "premaster" || what == "master") return "the mix, not delivered in this format";
  if (what == "partial") return "the sum of these groups, not delivered";
  return fmt::format("the {} sum, not delivered", what);
}

// Of stems that need not add up.
std::string ComparisonLine(const Proof& proof) {
  return fmt::format(
      "alone: differs by {} dB rms, {} dB peak: {} against {}, which they need not add up to\n",
      ShortLevelText(proof.residual_rms_dbfs()), ShortLevelText(proof.residual_peak_dbfs()),
      Counted(proof.stems_size(), "stem"), Printable(TargetText(proof.of())));
}

// How well a finished master is explained by the filter that stems go through.
std::string DerivationLine(const Proof& proof) {
  if (!proof.has_derivation()) return "";
  const double level_db = proof.derivation_residual_db();
  return fmt::format("  derived from the finished master: {}, {}\n", Printable(proof.derivation()),
                     std::isinf(level_db) && level_db < 0
                         ? "with no residual"
                         : fmt::format("the residual lies at {} dB of it", ShortLevelText(level_db)));
}

enum class Columns { kPlanned, kMeasured };

std::string FileTable(const Manifest& manifest, Columns columns) {
  size_t path_width = 4;
  int64_t bytes = 0;
  for (const File& file : manifest.files()) {
    path_width = std::max(path_width, TextWidth(file.path()));
    bytes += file.size_bytes();
  }
  std::string table = fmt::format("{} {:<5} {:<6} {:>6} {:>2} {:>9} {:>9}{}\n", Filled("file", path_width),
                                  "kind", "format", "Hz", "ch", "length", "size",
                                  columns == Columns::kMeasured ? "  peak dBFS    dBTP    LUFS" : "");
  for (const File& file : manifest.files()) {
    table += fmt::format("{} {:<5} {:<6} {:>6} {:>2} {:>9} {:>9}", Filled(file.path(), path_width),
                         file.kind(), file.encoding(), file.sample_rate(), file.channels(),
                         LengthText(file.frames(), file.sample_rate()), SizeText(file.size_bytes()));
    if (columns == Columns::kMeasured) {
      table += fmt::format("  {:>9} {:>7} {:>7}", LevelText(file.peak_dbfs()),
                           file.has_true_peak_dbtp() ? LevelText(file.true_peak_dbtp()) : "",
                           file.has_loudness_lufs() ? LevelText(file.loudness_lufs()) : "");
      if (file.overs() > 0)
        table += fmt::format("  {} overs: clipped; turn it down, or deliver wav32f", file.overs());
    }
    if (file.unused()) table += "  (muted in the mix)";
    table += '\n';
  }
  return table + fmt::format("{}, {}\n", Counted(manifest.files_size(), "file"), SizeText(bytes));
}

}  // namespace

size_t TextWidth(const std::string& text) {
  return CodePoints(text).size();
}

std::string Filled(const std::string& text, size_t width) {
  return text + std::string(TextWidth(text) < width ? width - TextWidth(text) : 0, ' ');
}

std::string Counted(int count, const std::string& noun_text) {
  return fmt::format("{} {}{}", count, noun_text, count == 1 ? "" : "s");
}

std::string LengthText(int64_t frames, int sample_rate) {
  const int64_t ms = (frames * 1000 + sample_rate / 2) / sample_rate;
  return fmt::format("{}:{:02}.{:03}", ms / 60000, ms / 1000 % 60, ms % 1000);
}

std::string PlanTable(const Manifest& manifest) {
  return FileTable(manifest, Columns::kPlanned);
}

std::string PackageTable(const Manifest& manifest) {
  std::string table = FileTable(manifest, Columns::kMeasured);
  for (const SongFacts& song : manifest.songs()) {
    for (const Proof& proof : song.proofs()) table += ProofLine(proof);
  }
  return table;
}

std::string ProofLine(const Proof& proof) {
  if (!proof.has_verdict()) return ComparisonLine(proof);
  std::string line = fmt::format(
      "proof: {} {} {}: {} LSB, residual {} dBFS peak, {} dBFS rms: {}\n",
      Counted(proof.stems_size(), "stem"), proof.verdict() == "failed" ? "against" : "=",
      Printable(TargetText(proof.of())), LsbText(proof.max_lsb()), LevelText(proof.residual_peak_dbfs()),
      LevelText(proof.residual_rms_dbfs()), proof.verdict());
  if (proof.overs() > 0) {
    line += fmt::format("  {} samples are clipped and left out; deliver wav32f, or turn the master down\n",
                        proof.overs());
  }
  return line + DerivationLine(proof);
}

}  // namespace trackout
