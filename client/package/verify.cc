#include "client/package/verify.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "absl/strings/str_replace.h"
#include "client/text_file.h"
#include "core/audio/audio_file.h"
#include "core/audio/sum_proof.h"
#include "core/digest.h"
#include "core/json.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPayloadManifest = "manifest-sha256.txt";
constexpr const char* kTagManifest = "tagmanifest-sha256.txt";

class Verifier {
 public:
  Verifier(const std::string& package, int workers, const std::atomic<bool>& stop)
      : root_(package), workers_(workers), stop_(stop) {
    report_.set_package(ValidUtf8(package));
  }

  VerifyReport Run() {
    CheckDeclaration();
    ReadListing(kPayloadManifest);
    ReadListing(kTagManifest);
    FindFiles(root_);
    HashFiles();
    ComparePresence();
    CheckManifest();
    std::stable_sort(report_.mutable_problems()->begin(), report_.mutable_problems()->end(),
                     [](const auto& one, const auto& other) { return one.path() < other.path(); });
    report_.mutable_problems()->MergeFrom(unproven_);  // what follows from the others comes last
    report_.set_verdict(report_.problems().empty() ? "passed" : "failed");
    return std::move(report_);
  }

 private:
  void Tell(const std::string& path, const std::string& kind, const std::string& message) {
    if (!damaged_.insert(path).second) return;  // told already
    VerifyReport::Problem& problem = *report_.add_problems();
    problem.set_path(ValidUtf8(path));
    problem.set_kind(kind);
    problem.set_message(ValidUtf8(message));
  }

  void TellUnproven(const std::string& path, const std::string& message) {
    VerifyReport::Problem& problem = *unproven_.Add();
    problem.set_path(ValidUtf8(path));
    problem.set_kind("unproven");
    problem.set_message(ValidUtf8(message));
  }

  void CheckDeclaration() {
    for (const char* name :
         {"bagit.txt", kPayloadManifest, kTagManifest, "data/manifest.json", "data/album.yaml"}) {
      if (!fs::exists(fs::symlink_status(root_ / name))) Tell(name, "missing", "is missing");
    }
    if (!IsPlain("bagit.txt")) return;
    if (!ReadTextFile(root_ / "bagit.txt").starts_with("BagIt-Version: ")) {
      Tell("bagit.txt", "invalid", "is not the declaration of a bag");
    }
  }

  bool IsPlain(const std::string& path) const {
    return fs::is_regular_file(fs::symlink_status(root_ / path));
  }

  // Lines of `<64 hex digits> <blank or *><path>`.
  void ReadListing(const std::string& name) {
    if (!IsPlain(name)) return;
    std::istringstream lines(ReadTextFile(root_ / name));
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      if (line.ends_with('\r')) line.pop_back();
      const size_t path_at = line.find_first_not_of(" *\t", std::min<size_t>(64, line.size()));
      if (line.size() < 66 || path_at == std::string::npos ||
          line.substr(0, 64).find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
        TellLine(name, fmt::format("line {} is not a checksum and a path", number));
        continue;
      }
      std::string path =
          absl::StrReplaceAll(line.substr(path_at), {{"%0A", "\n"}, {"%0D", "\r"}, {"%25", "%"}});
      std::string digits = line.substr(0, 64);
      for (char& digit : digits) digit = static_cast<char>(std::tolower(digit));
      if (!IsInside(path)) {
        TellLine(name,
                 fmt::format("line {} names {}, which is outside of the package", number, Quoted(path)));
      } else if (!listed_.emplace(path, digits).second) {
        TellLine(name, fmt::format("line {} lists {} a second time", number, Quoted(path)));
      }
    }
  }

  // Only plain files are opened: a pipe would hang, a device never end, a link lead elsewhere.
  void FindFiles(const fs::path& folder) {
    std::error_code error;
    auto entry = fs::directory_iterator(folder, error);
    for (; !error && entry != fs::end(entry); entry.increment(error)) {
      const std::string path = entry->path().lexically_relative(root_).generic_string();
      const fs::file_status status = entry->symlink_status(error);
      if (fs::is_directory(status)) {
        FindFiles(entry->path());
      } else if (fs::is_regular_file(status)) {
        hash_of_.emplace(path, "");
      } else {
        Tell(path, "invalid", fs::is_symlink(status) ? "is a link, not a file" : "is not a plain file");
      }
    }
    if (!error) return;
    const std::string path = folder.lexically_relative(root_).generic_string();
    Tell(path, "unreadable", fmt::format("cannot be read: {}", error.message()));
  }

  // Several lines of one list may be wrong.
  void TellLine(const std::string& name, const std::string& message) {
    damaged_.erase(name);
    Tell(name, "invalid", message);
  }

  void HashFiles() {
    std::vector<std::pair<const std::string, std::string>*> files;
    for (auto& file : hash_of_) files.push_back(&file);
    std::atomic<size_t> next = 0;
    const auto work = [&] {
      for (size_t i = next++; i < files.size() && !stop_; i = next++) {
        const absl::StatusOr<Digest> digest = DigestOfFile((root_ / files[i]->first).string(), stop_);
        if (digest.ok()) files[i]->second = Hex(*digest);
      }
    };
    std::vector<std::jthread> threads;
    for (int i = 1; i < workers_; ++i) threads.emplace_back(work);
    work();
    threads.clear();
    report_.set_files(static_cast<int32_t>(files.size()));
  }

  void ComparePresence() {
    std::map<std::string, std::string> extra_of;  // digest to path
    for (const auto& [path, hash] : hash_of_) {
      if (!listed_.contains(path) && path != kTagManifest) extra_of.emplace(hash, path);
    }
    std::set<std::string> renamed;
    for (const auto& [path, hash] : listed_) {
      const auto found = hash_of_.find(path);
      if (found == hash_of_.end()) {
        const auto other = extra_of.find(hash);
        if (other == extra_of.end()) {
          Tell(path, "missing", "is missing");
        } else {
          Tell(path, "renamed",
               fmt::format("was renamed to {}; give it its name back", Printable(other->second)));
          renamed.insert(other->second);
        }
      } else if (found->second.empty()) {
        Tell(path, "unreadable", "cannot be read");
      } else if (found->second != hash) {
        wrong_.insert(path);
      }
    }
    for (const auto& [path, hash] : hash_of_) {
      if (listed_.contains(path) || path == kTagManifest || renamed.contains(path)) continue;
      // A list that is gone tells of nobody.
      if (!hash_of_.contains(path.starts_with("data/") ? kPayloadManifest : kTagManifest)) continue;
      Tell(path, "extra", "is extra: no list of the package has it");
    }
  }

  // Of files whose checksum is wrong, says how; the manifest knows their sizes.
  void TellWrong(const Manifest& manifest) {
    std::map<std::string, int64_t> size_of;
    for (const File& file : manifest.files()) size_of["data/" + file.path()] = file.size_bytes();
    for (const std::string& path : wrong_) {
      std::error_code error;
      const auto size = static_cast<int64_t>(fs::file_size(root_ / path, error));
      const auto planned = size_of.find(path);
      if (planned != size_of.end() && size < planned->second) {
        Tell(path, "changed", fmt::format("is cut: {} of {} bytes are there", size, planned->second));
      } else if (planned != size_of.end() && size > planned->second) {
        Tell(path, "changed", fmt::format("has grown: {} bytes instead of {}", size, planned->second));
      } else {
        Tell(path, "changed", "differs from its checksum");
      }
    }
  }

  void CheckManifest() {
    Manifest manifest;
    const std::string path = "data/manifest.json";
    if (hash_of_.contains(path)) {
      if (absl::Status read = FromJson(ReadTextFile(root_ / path), manifest); !read.ok()) {
        manifest.Clear();
        if (!wrong_.contains(path)) Tell(path, "invalid", std::string(read.message()));
      }
    }
    TellWrong(manifest);
    for (const File& file : manifest.files()) CheckFile(file);
    if (!damaged_.contains(path)) TellUnknown(manifest);
    TellStemsWithoutProof(manifest);
    for (const SongFacts& song : manifest.songs()) {
      for (const Proof& proof : song.proofs()) CheckProof(song, proof);
    }
  }

  // Payload that the manifest does not speak of.
  void TellUnknown(const Manifest& manifest) {
    std::set<std::string> known{"data/manifest.json", "data/album.yaml"};
    for (const File& file : manifest.files()) known.insert("data/" + file.path());
    for (const auto& [path, hash] : listed_) {
      if (path.starts_with("data/") && !known.contains(path))
        Tell(path, "extra", "is extra: manifest.json does not have it");
    }
  }

  void TellStemsWithoutProof(const Manifest& manifest) {
    std::set<std::string> proven;
    for (const SongFacts& song : manifest.songs()) {
      for (const Proof& proof : song.proofs()) proven.insert(proof.stems().begin(), proof.stems().end());
    }
    for (const File& file : manifest.files()) {
      if (file.kind() != "stem" || proven.contains(file.path())) continue;
      TellUnproven("data/" + file.path(), "is a stem that no proof of manifest.json speaks of");
    }
  }

  void CheckFile(const File& file) {
    const std::string path = "data/" + file.path();
    const auto listed = listed_.find(path);
    if (damaged_.contains(path)) return;
    if (!IsInside(path) || (listed == listed_.end() && hash_of_.contains(kPayloadManifest))) {
      Tell("data/manifest.json", "invalid",
           fmt::format("names {}, which {} does not list", Quoted(file.path()), kPayloadManifest));
      return;
    }
    if (listed != listed_.end() && listed->second != file.sha256()) {
      Tell(path, "invalid",
           fmt::format("has one checksum in manifest.json, another in {}", kPayloadManifest));
      return;
    }
    if (file.encoding().starts_with("wav")) CheckSound(path, file);
    if (damaged_.contains(path)) return;
    std::error_code error;
    if (static_cast<int64_t>(fs::file_size(root_ / path, error)) != file.size_bytes()) {
      Tell(path, "invalid",
           fmt::format("has not the {} bytes that manifest.json tells of", file.size_bytes()));
    }
  }

  void CheckSound(const std::string& path, const File& file) {
    absl::StatusOr<std::unique_ptr<AudioFile>> audio = AudioFile::Open((root_ / path).string());
    if (!audio.ok()) {
      Tell(path, "invalid", std::string(audio.status().message()));
      return;
    }
    const AudioFile& sound = **audio;
    const std::string encoding = sound.is_float() ? "wav32f" : fmt::format("wav{}", sound.bits());
    if (sound.frames() != file.frames() || sound.channels() != file.channels() ||
        sound.sample_rate() != file.sample_rate() || encoding != file.encoding()) {
      Tell(path, "invalid",
           fmt::format("is {}, {} frames, {} channels, {} Hz; the manifest says {}, {}, {}, {} Hz", encoding,
                       sound.frames(), sound.channels(), sound.sample_rate(), file.encoding(), file.frames(),
                       file.channels(), file.sample_rate()));
    }
  }

  // One without a verdict compares stems that need not add up: measured again, and not judged.
  void CheckProof(const SongFacts& song, const Proof& recorded) {
    const std::string who = fmt::format("song {}, {}", Quoted(song.title()), recorded.name());
    Proof proof = recorded;
    if (recorded.of().starts_with("print:")) {
      // What it was measured against was not delivered; the figures of the render stand.
      if (recorded.verdict() == "failed")
        TellUnproven("data/manifest.json", who + ": the proof failed when it was rendered");
      *report_.add_proofs() = proof;
      return;
    }
    std::vector<std::string> stems{recorded.stems().begin(), recorded.stems().end()};
    std::string mix = recorded.of();
    for (std::string* path : PathsOf(mix, stems)) {
      const std::string in_package = "data/" + *path;
      if (damaged_.contains(in_package) || !hash_of_.contains(in_package) || !IsInside(in_package)) {
        TellUnproven("data/" + recorded.of(),
                     fmt::format("{}: the sum cannot be measured without an intact {}", who, *path));
        return;
      }
      *path = (root_ / in_package).string();
    }
    if (stems.empty()) return;
    const MixDither dither = EncodingIs16(mix) ? MixDither::kTpdf : MixDither::kNone;
    const absl::StatusOr<Residual> residual = MeasureSum(mix, stems, dither, stop_, workers_);
    if (!residual.ok()) {
      TellUnproven("data/" + recorded.of(),
                   fmt::format("{}: {}", who, std::string(residual.status().message())));
      return;
    }
    recorded.has_verdict() ? FillProof(*residual, proof) : FillComparison(*residual, proof);
    *report_.add_proofs() = proof;
    if (proof.verdict() == "failed")
      TellUnproven("data/" + recorded.of(), who + ": " + DescribeFailure(proof));
  }

  static std::vector<std::string*> PathsOf(std::string& mix, std::vector<std::string>& stems) {
    std::vector<std::string*> paths{&mix};
    for (std::string& stem : stems) paths.push_back(&stem);
    return paths;
  }

  // Mixes of 16 bits are dithered.
  static bool EncodingIs16(const std::string& path) {
    const absl::StatusOr<std::unique_ptr<AudioFile>> file = AudioFile::Open(path);
    return file.ok() && (*file)->bits() == 16;
  }

  const fs::path root_;
  const int workers_;
  const std::atomic<bool>& stop_;
  VerifyReport report_;
  google::protobuf::RepeatedPtrField<VerifyReport::Problem> unproven_;
  std::map<std::string, std::string> listed_;   // path to digest, of both lists
  std::map<std::string, std::string> hash_of_;  // path to digest, of what is there
  std::set<std::string> wrong_;                 // listed and there, with another digest
  std::set<std::string> damaged_;               // paths that a problem was told of
};

}  // namespace

bool IsInside(const std::string& path) {
  if (path.empty() || path.starts_with('/') || path.find('\\') != std::string::npos) return false;
  for (const fs::path& part : fs::path(path)) {
    if (part == ".." || part == ".") return false;
  }
  return true;
}

absl::StatusOr<VerifyReport> VerifyPackage(const std::string& package, int workers,
                                           const std::atomic<bool>& stop) {
  std::error_code error;
  if (!fs::exists(package, error)) return absl::NotFoundError(package + ": no such folder");
  if (!fs::is_directory(package, error)) {
    return absl::NotFoundError(package + ": is a file; name the folder of a package");
  }
  if (!fs::exists(fs::path(package) / "bagit.txt", error) &&
      !fs::exists(fs::path(package) / kPayloadManifest, error)) {
    return absl::NotFoundError(package + ": holds no package (no bagit.txt); name the package's own folder");
  }
  VerifyReport report = Verifier(package, workers, stop).Run();
  if (stop) return absl::CancelledError("stopped");
  return report;
}

}  // namespace trackout
