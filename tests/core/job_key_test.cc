// Job keys. The golden encodings are written out here byte by byte, from the description in job_key.h; the
// hash is sha256sum's.
#include "core/job_key.h"

#include <bit>
#include <set>

#include "core/digest.h"
#include "gtest/gtest.h"
#include "tests/support/folder.h"
#include "tests/support/process.h"

namespace trackout {
namespace {

std::string LittleEndian(uint64_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i) & 0xff);
  return text;
}

// A field's head: its number and how many values follow.
std::string Field(uint32_t number, uint64_t count = 1) {
  return LittleEndian(number, 4) + LittleEndian(count, 8);
}
std::string Integer(int64_t value) {
  return LittleEndian(static_cast<uint64_t>(value), 8);
}
std::string Double(double value) {
  return LittleEndian(std::bit_cast<uint64_t>(value), 8);
}
std::string Sized(const std::string& bytes) {
  return LittleEndian(bytes.size(), 8) + bytes;
}
std::string Named(const std::string& name) {
  return name + std::string(1, '\0');
}

std::string BySha256sum(const std::string& bytes) {
  const test::Folder folder;
  return test::Run({"sha256sum", folder.Write("bytes", bytes)}).out.substr(0, 64);
}

// A print of one mono track on one bus, with a value in every kind of field.
RenderJob ExampleJob() {
  RenderJob job;
  job.set_engine_version(1);
  job.set_sample_rate(48000);
  job.set_frames(96000);
  Strip& strip = *job.mutable_print()->add_strips();
  strip.set_channels(1);
  strip.mutable_playlist()->set_channels(1);
  Region& region = *strip.mutable_playlist()->add_regions();
  region.mutable_source()->set_sha256("0123456789abcdef0123456789abcdef");
  region.mutable_source()->set_size_bytes(1234);
  region.set_offset_frame(5);
  region.set_frame_count(96000);
  region.set_gain_db(-1.5);
  strip.set_inverted(true);
  strip.set_pan_law(PAN_LAW_6DB);
  strip.set_feeds(-1);
  return job;
}

std::string ExampleEncoding() {
  const std::string digest = Named("trackout.Digest") + Field(1) + Sized("0123456789abcdef0123456789abcdef") +
                             Field(2) + Integer(1234);
  const std::string region = Named("trackout.Region") + Field(1) + Sized(digest) + Field(3) + Integer(5) +
                             Field(4) + Integer(96000) + Field(5) + Double(-1.5);
  const std::string playlist =
      Named("trackout.Playlist") + Field(1) + Integer(1) + Field(2, 1) + Sized(region);
  const std::string strip = Named("trackout.Strip") + Field(1) + Sized(playlist) + Field(2) + Integer(1) +
                            Field(3) + Integer(1) + Field(10) + Integer(3) + Field(12) + Integer(-1);
  const std::string print = Named("trackout.Print") + Field(1, 1) + Sized(strip);
  return Named("trackout.RenderJob") + Field(1) + Integer(1) + Field(2) + Integer(48000) + Field(3) +
         Integer(96000) + Field(4) + Sized(print);
}

RenderJob ExampleFinish() {
  RenderJob job;
  job.set_engine_version(1);
  Finish& finish = *job.mutable_finish();
  finish.add_prints()->set_job_key("k");
  finish.add_prints()->set_output(3);
  StemSet& set = *finish.add_stem_sets();
  set.add_stems(0);
  set.add_stems(1);
  MixFile& file = *finish.add_mix_files();
  file.set_tpdf_seed(0xfedcba9876543210u);
  return job;
}

TEST(JobKey, EncodesAPrintAsDescribed) {
  EXPECT_EQ(Hex(CanonicalEncoding(ExampleJob())), Hex(ExampleEncoding()));
}

TEST(JobKey, IsTheHashOfTheEncoding) {
  const std::string key = KeyOf(ExampleJob());
  EXPECT_EQ(key.size(), 32u);
  EXPECT_EQ(Hex(key), BySha256sum(ExampleEncoding()));
}

TEST(JobKey, EncodesListsOfNumbersAndSeeds) {
  const std::string first = Named("trackout.JobOutput") + Field(1) + Sized("k");
  const std::string second = Named("trackout.JobOutput") + Field(2) + Integer(3);
  const std::string file =
      Named("trackout.MixFile") + Field(3) + Integer(static_cast<int64_t>(0xfedcba9876543210u));
  const std::string set = Named("trackout.StemSet") + Field(1, 2) + Integer(0) + Integer(1);
  const std::string finish = Named("trackout.Finish") + Field(1, 2) + Sized(first) + Sized(second) +
                             Field(4, 1) + Sized(file) + Field(5, 1) + Sized(set);
  EXPECT_EQ(Hex(CanonicalEncoding(ExampleFinish())),
            Hex(Named("trackout.RenderJob") + Field(1) + Integer(1) + Field(6) + Sized(finish)));
}

TEST(JobKey, OfEqualJobsIsEqual) {
  RenderJob other;
  ASSERT_TRUE(other.ParseFromString(ExampleJob().SerializeAsString()));
  EXPECT_EQ(KeyOf(ExampleJob()), KeyOf(other));
}

TEST(JobKey, AFieldThatHoldsItsDefaultIsNotSet) {
  RenderJob job = ExampleJob();
  Region& region = *job.mutable_print()->mutable_strips(0)->mutable_playlist()->mutable_regions(0);
  region.set_start_frame(7);
  region.set_start_frame(0);
  EXPECT_EQ(KeyOf(job), KeyOf(ExampleJob()));
}

TEST(JobKey, ASeedOfZeroIsNotNoDither) {
  RenderJob none = ExampleFinish();
  RenderJob zero = ExampleFinish();
  none.mutable_finish()->mutable_mix_files(0)->clear_tpdf_seed();
  zero.mutable_finish()->mutable_mix_files(0)->set_tpdf_seed(0);
  EXPECT_NE(KeyOf(none), KeyOf(zero));
}

// Every field of every message that a job may hold, found by the descriptors: set in an otherwise equal job,
// it makes another key.
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void SetSomething(Message& message, const FieldDescriptor* field) {
  const auto& in = *message.GetReflection();
  const bool many = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return many ? in.AddInt32(&message, field, 77) : in.SetInt32(&message, field, 77);
    case FieldDescriptor::CPPTYPE_INT64:
      return in.SetInt64(&message, field, 77);
    case FieldDescriptor::CPPTYPE_UINT64:
      return in.SetUInt64(&message, field, 77);
    case FieldDescriptor::CPPTYPE_BOOL:
      return in.SetBool(&message, field, true);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return many ? in.AddDouble(&message, field, 0.77) : in.SetDouble(&message, field, 0.77);
    case FieldDescriptor::CPPTYPE_ENUM:
      return in.SetEnumValue(&message, field, 1);
    case FieldDescriptor::CPPTYPE_STRING:
      return in.SetString(&message, field, "seventy-seven");
    default:
      if (many) {
        in.AddMessage(&message, field);
      } else {
        in.MutableMessage(&message, field);
      }
  }
}

// Jobs that differ from `job` in one field, at any depth.
void Vary(const RenderJob& job, Message& at, RenderJob& whole, std::vector<RenderJob>& variants) {
  const Descriptor* type = at.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    SetSomething(at, field);
    variants.push_back(whole);
    if (is_message) {
      Message* inner = field->is_repeated() ? at.GetReflection()->MutableRepeatedMessage(&at, field, 0)
                                            : at.GetReflection()->MutableMessage(&at, field);
      Vary(job, *inner, whole, variants);
    }
    at.GetReflection()->ClearField(&at, field);
  }
}

TEST(JobKey, ChangesWithAnyField) {
  RenderJob empty, whole;
  std::vector<RenderJob> variants;
  Vary(empty, whole, whole, variants);
  ASSERT_GT(variants.size(), 50u);
  std::set<std::string> keys{KeyOf(empty)};
  for (const RenderJob& variant : variants) {
    EXPECT_TRUE(keys.insert(KeyOf(variant)).second) << variant.ShortDebugString();
  }
}

TEST(JobKey, ChangesWithTheOrderOfAList) {
  RenderJob job = ExampleFinish();
  job.mutable_finish()->mutable_prints()->SwapElements(0, 1);
  EXPECT_NE(KeyOf(job), KeyOf(ExampleFinish()));
}

TEST(JobKey, ASeedIsTheFirstEightBytesOfTheHash) {
  const std::string hex = BySha256sum(ExampleEncoding());
  std::string reversed;
  for (int i = 7; i >= 0; --i) reversed += hex.substr(static_cast<size_t>(2 * i), 2);
  EXPECT_EQ(SeedOf(ExampleJob()), std::stoull(reversed, nullptr, 16));
}

}  // namespace
}  // namespace trackout
