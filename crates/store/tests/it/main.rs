//! The contract that the store keeps on every database.
//!
//! Each test is written once and run on `SQLite` always, and on `PostgreSQL` where
//! `LAMINA_TEST_POSTGRES_URL` names a server on which it may make databases
//! (`cargo xtask test` starts one).

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

mod accounts;
mod blobs;
mod datasets;
mod decisions;
mod durable;
mod exports;
mod fields;
mod findings;
mod ingest;
mod jobs;
mod keys;
mod marks;
mod opening;
mod property;
mod said;
mod schema;
mod sharing;
mod together;
mod undoing;
mod world;

/// Runs each of these functions on each database.
macro_rules! contract {
    ($($module:ident { $($name:ident,)+ })+) => {
        mod sqlite {
            $(mod $module {
                $(#[tokio::test]
                async fn $name() {
                    let world = crate::world::World::sqlite().await;
                    crate::$module::$name(&world).await;
                })+
            })+
        }

        mod postgres {
            $(mod $module {
                $(#[tokio::test]
                async fn $name() {
                    let Some(world) = crate::world::World::postgres().await else {
                        return;
                    };
                    crate::$module::$name(&world).await;
                    world.drop_database().await;
                })+
            })+
        }
    };
}

contract! {
    datasets {
        a_dataset_is_read_back_as_it_was_made,
        datasets_are_listed_the_newest_first,
        a_dataset_without_its_job_is_not_made,
        of_many_who_open_one_source_one_makes_it,
        a_source_may_be_longer_than_an_index_entry,
        a_name_a_state_and_publicity_can_be_changed,
        a_deleted_dataset_is_gone_at_once_and_purged_later,
        the_first_of_many_values_under_a_name_stands,
    }
    exports {
        exports_are_listed_the_newest_first_and_forgotten_one_by_one,
    }
    ingest {
        found_is_the_sum_of_what_became_of_each_file,
        the_same_batch_twice_is_the_same_as_once,
        a_path_that_comes_twice_in_a_batch_is_one_picture,
        a_changed_file_keeps_the_id_of_its_picture,
        a_picture_that_breaks_loses_its_row_and_a_mended_one_gets_one,
        a_new_stamp_leaves_the_picture_as_it_is,
        a_new_stamp_for_another_picture_is_refused,
        paths_are_bytes_of_any_length,
        a_batch_for_a_deleted_dataset_changes_nothing,
        a_batch_under_a_lost_lease_changes_nothing,
        a_failed_batch_changes_nothing,
        a_batch_dropped_halfway_is_kept_whole_or_not_at_all,
        rejected_files_are_counted_by_reason_and_paged,
        a_picture_is_read_back_as_it_was_written,
        pictures_belong_to_their_dataset,
        pictures_are_found_by_content,
    }
    blobs {
        what_a_pack_holds_is_read_back,
        vectors_of_packs_in_32_bits_are_read_as_those_of_today,
        a_pack_nobody_points_into_is_swept_once_it_is_old,
        blobs_without_a_row_are_swept_once_they_are_old,
    }
    findings {
        a_generation_is_seen_only_when_published,
        publishing_ends_the_job_in_the_same_step,
        publishing_under_a_lost_lease_changes_nothing,
        an_older_generation_never_replaces_a_later_one,
        nothing_is_added_to_a_published_generation,
        issues_are_paged_the_surest_first,
        what_there_is_to_say_of_an_issue_and_which_labels_were_judged_is_kept,
        groups_are_paged_in_the_order_of_the_analysis,
        findings_about_one_picture_are_found,
        many_findings_fit,
        generations_nobody_sees_are_swept,
        a_swept_generation_takes_nothing_more,
    }
    jobs {
        a_job_is_claimed_by_one_runner_only,
        an_expired_lease_goes_to_the_next,
        of_two_requests_for_the_same_work_one_stands,
        a_finished_job_makes_room_for_the_next,
        a_released_job_goes_on_at_once,
        a_heartbeat_tells_of_cancelling,
        a_waiting_job_is_cancelled_at_once,
        a_dataset_whose_job_is_stopped_while_it_waits_is_as_before,
        a_retried_job_waits_its_time,
        a_job_that_gets_nowhere_is_given_up,
        a_job_that_gets_on_may_be_killed_any_number_of_times,
        leases_of_the_dead_can_be_found_and_given_back,
        a_job_for_a_deleted_dataset_is_refused,
        many_runners_share_many_jobs,
    }
    marks {
        a_tag_is_made_renamed_hidden_and_shown,
        no_two_tags_of_a_dataset_have_one_name,
        a_change_counts_only_what_it_changed,
        a_change_is_taken_back_exactly,
        what_was_changed_again_since_is_not_taken_back,
        of_many_who_tag_at_once_nobody_loses_anything,
        steps_lead_from_any_number_to_any_later_one,
        a_changed_file_keeps_what_was_said_of_it,
        a_picture_that_is_gone_takes_what_was_said_of_it_along,
        a_deleted_dataset_takes_its_tags_along,
        quick_jobs_wait_in_a_queue_of_their_own,
    }
    fields {
        a_field_is_kept_once_by_its_name_and_claimed_once,
        values_are_kept_row_by_row_and_read_once_all_were_looked_at,
        a_picture_and_a_dataset_take_their_values_along,
    }
    said {
        labels_captions_and_boxes_are_read_back_as_they_were_told,
        what_a_source_said_is_forgotten_save_what_people_said,
        what_people_took_off_is_not_put_back_by_a_file,
        boxes_are_listed_picture_by_picture_and_found_by_their_ids,
        what_came_of_annotation_files_is_told_and_forgotten,
        wishes_for_annotations_add_up_and_are_wanted_until_they_were_read,
        a_caption_takes_the_place_of_all_and_is_taken_back_whole,
    }
    together {
        many_pictures_are_told_of_as_each_is_by_itself,
    }
    accounts {
        an_account_is_read_back_as_it_was_made,
        addresses_differ_by_more_than_case,
        of_many_first_accounts_one_is_made,
        accounts_are_searched_and_paged,
        an_account_can_be_changed_in_part,
        somebody_can_always_administer,
        a_session_is_found_by_its_hash_with_its_account,
        sessions_end_one_by_one_or_together,
        a_link_is_good_once_for_one_thing_in_its_time,
        failures_are_counted_and_forgotten,
        an_identity_is_one_account,
        a_sign_in_elsewhere_is_taken_up_once_by_its_browser,
        the_trail_is_read_backwards,
        what_a_deleted_account_owned_goes_to_its_heir,
    }
    keys {
        a_key_is_read_with_its_secrets_and_owner_at_once,
        of_fifty_first_visits_one_makes_a_key,
        there_are_only_so_many_live_keys,
        a_key_can_be_changed_in_part_until_it_is_revoked,
        a_rotated_secret_counts_until_the_overlap_ends,
        uses_are_noted_and_never_go_back,
        every_secret_is_sealed_anew_step_by_step,
        a_deleted_account_takes_its_keys_along,
    }
    sharing {
        who_makes_a_dataset_owns_it_and_may_share_it,
    }
    decisions {
        a_decision_about_a_copy_is_kept_until_it_is_taken_back,
        a_view_has_a_name_of_its_own_in_its_dataset,
    }
    undoing {
        any_sequence_of_acts_and_undos_leaves_what_plain_memory_says,
        what_is_taken_back_in_turn_leads_back_step_by_step,
    }
    property {
        every_sequence_of_batches_keeps_the_counts_and_the_pages_true,
    }
}
