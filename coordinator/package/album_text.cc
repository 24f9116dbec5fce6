#include "coordinator/package/album_text.h"

#include "core/digest.h"
#include "core/job_key.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {

std::string PackagedAlbumText(const std::string& spec_text, const RenderPlan& plan) {
  std::string text = spec_text;
  if (!text.ends_with('\n')) text += '\n';
  text += fmt::format("# Rendered by engine {} from these sources (SHA-256, bytes, path):\n", kEngineVersion);
  for (const Source& source : plan.sources()) {
    text += fmt::format("# {} {} {}\n", Hex(source.digest()), source.digest().size_bytes(),
                        Printable(source.path()));
  }
  return text;
}

}  // namespace trackout
