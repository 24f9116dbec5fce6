#include "coordinator/package/seal.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "coordinator/package/album_text.h"
#include "coordinator/package/bag.h"
#include "coordinator/package/manifest.h"
#include "coordinator/package/paths.h"
#include "core/digest.h"
#include "core/json.h"

namespace trackout {
namespace {

void AddText(const std::string& path, std::string text, Package& package) {
  PackageText& added = *package.add_texts();
  added.set_path(path);
  added.set_text(std::move(text));
}

}  // namespace

Package SealPackage(const Album& album, const std::string& spec_text, const RenderPlan& plan,
                    const JobResults& results) {
  return SealManifest(album, PackagedAlbumText(spec_text, plan), FinishedManifest(plan, results));
}

Package SealManifest(const Album& album, const std::string& album_text, Manifest manifest) {
  std::vector<PayloadFile> payload;
  for (const File& file : manifest.files()) payload.push_back({file.path(), BlobOf(file)});
  Package package;
  package.set_folder(PackageFolder(manifest));
  for (auto& [name, text] :
       {std::pair("manifest.json", ToJson(manifest)), std::pair("album.yaml", album_text)}) {
    payload.push_back({name, DigestOf(text)});
    AddText(std::string("data/") + name, text, package);
  }
  for (TextFile& file : BagTagFiles(album, std::move(payload)))
    AddText(file.path, std::move(file.text), package);
  *package.mutable_manifest() = std::move(manifest);
  return package;
}

Digest BlobOf(const File& file) {
  Digest digest;
  digest.set_sha256(absl::HexStringToBytes(file.sha256()));
  digest.set_size_bytes(file.size_bytes());
  return digest;
}

}  // namespace trackout
