// trackout render: the whole way in this process, through the farm that is embedded in it.
#include "client/commands.h"
#include "client/commands/following.h"
#include "client/commands/place.h"
#include "client/commands/prepared.h"
#include "client/commands/speech.h"
#include "client/farm/embedded_farm.h"
#include "client/package/collect.h"
#include "coordinator/package/album_text.h"
#include "coordinator/package/paths.h"
#include "coordinator/planner/room.h"
#include "core/order_id.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

constexpr int64_t kDocumentBytes = int64_t{1} << 20;

// What the disk of --out needs at the fullest: files of equal bytes are copied only in the package.
int64_t NeededBytes(const RenderPlan& plan, Bundling bundling) {
  int64_t file_bytes = 0;
  for (const PlannedFile& file : plan.files()) file_bytes += file.file().size_bytes();
  return std::max(OutputBytes(plan, bundling), file_bytes) + kDocumentBytes;
}

// Why the song failed, with the code that says whose fault it is: DataLoss the source's, ResourceExhausted
// the disk's.
absl::Status FailureOf(const SongStatus& song) {
  const std::string why = fmt::format("song {}: {}", Quoted(song.title()), song.failure());
  if (song.source_at_fault()) return absl::DataLossError(why);
  if (song.failure().find("the disk is full") != std::string::npos) return absl::ResourceExhaustedError(why);
  return absl::InternalError(why);
}

absl::StatusOr<Package> RenderOrder(Farm& farm, const SubmitRequest& request) {
  const absl::StatusOr<SubmitResponse> submitted = farm.Submit(request);
  if (!submitted.ok()) return submitted.status();
  if (!submitted->has_status())
    return absl::DataLossError("a source is not there any more; look at the sources, and render again");
  const absl::StatusOr<OrderStatus> ended = FollowOrder(farm, request.order(), Until::kFirstFailure);
  if (!ended.ok()) return ended.status();
  if (const SongStatus* song = FailedSong(*ended)) {
    const absl::Status failure = FailureOf(*song);
    if (!HasEnded(ended->state())) farm.Cancel(request.order()).status().IgnoreError();
    return failure;
  }
  return farm.GetPackage(request.order());
}

absl::StatusOr<Manifest> RenderInto(const Prepared& prepared, const RenderOptions& options, Staging& staging,
                                    const std::atomic<bool>& stop) {
  absl::StatusOr<std::unique_ptr<FileStore>> store = FileStore::Open(staging.blobs(), Durability::kStaged);
  if (!store.ok()) return store.status();
  AdoptSources(prepared.ingested, **store);
  absl::StatusOr<std::unique_ptr<EmbeddedFarm>> farm =
      EmbeddedFarm::Start({options.workers, options.block_frames}, **store, stop);
  if (!farm.ok()) return farm.status();
  SubmitRequest request = RequestOf(prepared, options.bundling);
  request.set_order(DerivedOrderId(request, 1));
  absl::StatusOr<Package> package = RenderOrder((*farm)->client(), request);
  if (!package.ok()) return package.status();
  absl::Status unchanged = CheckUnchanged(prepared.ingested, Meanwhile::kRendered);
  if (!unchanged.ok()) return unchanged;
  absl::Status assembled = AssemblePackage(*package, **store, staging.package());
  if (!assembled.ok()) return assembled;
  return std::move(*package->mutable_manifest());
}

Place PlaceOf(const Prepared& prepared, const RenderOptions& render) {
  Place place;
  place.out = render.out;
  place.folder = PackageFolder(prepared.plan.manifest());
  place.album_text = PackagedAlbumText(prepared.spec.text, prepared.plan);
  place.paths = PackagePaths(prepared.plan);
  place.existing = render.existing;
  place.holds_input = [&prepared](const std::string& path) {
    return HoldsInput(path, prepared.spec, prepared.ingested);
  };
  place.nothing_to_do = "nothing to render";
  return place;
}

ExitCode RenderPrepared(const Prepared& prepared, Output output, const RenderOptions& render,
                        Staging& staging, const std::atomic<bool>& stop) {
  const Place place = PlaceOf(prepared, render);
  const absl::StatusOr<Standing> standing = LookAt(place, stop);
  if (!standing.ok()) return FailAt(place, standing.status());
  if (*standing == Standing::kWhole && render.existing == Existing::kKeep) return TellStanding(place, output);
  const int64_t needed_bytes = NeededBytes(prepared.plan, render.bundling);
  absl::Status room = CheckRoom(staging, needed_bytes, "the render");
  if (!room.ok()) return FailAt(place, room);
  absl::StatusOr<Manifest> manifest = RenderInto(prepared, render, staging, stop);
  if (absl::IsDataLoss(manifest.status())) return Fail(kAlbumWrong, manifest.status());
  if (!manifest.ok()) return FailAt(place, manifest.status());
  return PutIntoPlace(place, *standing, *manifest, output, staging, stop);
}

}  // namespace

ExitCode RenderCommand(const AlbumOptions& options, const RenderOptions& render,
                       const std::atomic<bool>& stop) {
  absl::StatusOr<Prepared> prepared = ReadAlbum(options);
  if (!prepared.ok()) return Fail(kAlbumWrong, prepared.status());
  std::unique_ptr<Staging> staging;
  if (!HasErrors(prepared->findings)) {
    // The folder first: nobody wants to hear after an hour of reading that it cannot be written to.
    absl::StatusOr<std::unique_ptr<Staging>> made = Staging::Create(render.out, stop);
    if (!made.ok())
      return Fail(absl::IsFailedPrecondition(made.status()) ? kUsage : kRenderFailed, made.status());
    staging = *std::move(made);
  }
  if (absl::Status planned = LookAndPlan(Digests::kAll, options.remembering, stop, *prepared);
      !planned.ok()) {
    return Fail(kAlbumWrong, planned);
  }
  Say(FindingsText(prepared->findings));
  if (HasErrors(prepared->findings)) return kAlbumWrong;
  return RenderPrepared(*prepared, options.output, render, *staging, stop);
}

}  // namespace trackout
