-- Users for Ebb's tables in MariaDB, each with what it needs and no more. Choose other passwords, then run it as an administrator:
--   mariadb --user=root --password < sql/grants.sql
-- Narrow '%' to the machines that the users come from. Running it again changes nothing; after an upgrade, it grants what is new.

create database if not exists ebb character set utf8mb4 collate utf8mb4_nopad_bin;

-- `ebb db migrate`: makes and changes tables, and notes which scripts it has applied.
create user if not exists ebb_migrator@'%' identified by 'choose-a-password';
grant select, insert, create, alter, index on ebb.* to ebb_migrator@'%';

-- `ebb run`, `replay --run`, `reset`, `promote`: rows come, change and go, and each partition's position with them. No table is
-- made or changed: a mistaken or stolen password cannot drop one.
create user if not exists ebb_writer@'%' identified by 'choose-a-password';
grant select, insert, update, delete on ebb.* to ebb_writer@'%';

-- `ebb query`, dashboards, analysts.
create user if not exists ebb_reader@'%' identified by 'choose-a-password';
grant select on ebb.* to ebb_reader@'%';
