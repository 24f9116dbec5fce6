#include "client/tables.h"

#include <algorithm>

#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

std::string LevelText(double dbfs) {
  return fmt::format("{:.2f}", dbfs);
}

enum class Columns { kPlanned, kMeasured };

std::string FileTable(const Manifest& manifest, Columns columns) {
  size_t path_width = 4;
  int64_t bytes = 0;
  for (const File& file : manifest.files()) {
    path_width = std::max(path_width, Width(file.path()));
    bytes += file.size_bytes();
  }
  std::string table =
      fmt::format("{} {:<5} {:<6} {:>2} {:>9} {:>9}{}\n", Filled("file", path_width), "kind", "format", "ch",
                  "length", "size", columns == Columns::kMeasured ? "  peak dBFS" : "");
  for (const File& file : manifest.files()) {
    table += fmt::format("{} {:<5} {:<6} {:>2} {:>9} {:>9}", Filled(file.path(), path_width), file.kind(),
                         file.encoding(), file.channels(), LengthText(file.frames(), file.sample_rate()),
                         SizeText(file.size_bytes()));
    if (columns == Columns::kMeasured) {
      table += fmt::format("  {:>9}", LevelText(file.peak_dbfs()));
      if (file.overs() > 0)
        table += fmt::format("  {} overs: clipped; turn it down, or deliver wav32f", file.overs());
    }
    if (file.unused()) table += "  (muted in the mix)";
    table += '\n';
  }
  return table + fmt::format("{}, {}\n", Counted(manifest.files_size(), "file"), SizeText(bytes));
}

}  // namespace

size_t Width(const std::string& text) {
  return CodePoints(text).size();
}

std::string Filled(const std::string& text, size_t width) {
  return text + std::string(Width(text) < width ? width - Width(text) : 0, ' ');
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
  const std::string of =
      proof.of() == "print:premaster" ? "the premaster, which is not delivered" : proof.of();
  std::string line =
      fmt::format("proof: {} {} {}: {} LSB, residual {} dBFS peak, {} dBFS rms: {}\n",
                  Counted(proof.stems_size(), "stem"), proof.verdict() == "failed" ? "against" : "=",
                  Printable(of), proof.max_lsb(), LevelText(proof.residual_peak_dbfs()),
                  LevelText(proof.residual_rms_dbfs()), proof.verdict());
  if (proof.overs() > 0) {
    line += fmt::format("  {} samples are clipped and left out; deliver wav32f, or turn the master down\n",
                        proof.overs());
  }
  return line;
}

}  // namespace trackout
